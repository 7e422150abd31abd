// Runs an ONNX model with ONNX Runtime: node run_onnxruntime.js MODEL.onnx X.json [stream]; prints y as JSON, rows.
// X.json: the rows of x. With "stream" they go in one by one, and the cache is carried on. Exit code 77 without the package.
const fs = require('fs');

let runtime;
try {
  runtime = require('onnxruntime-node');
} catch (error) {
  console.log('npm package onnxruntime-node: ' + error.code);
  process.exit(77);
}

const tensor = (rows, columns) =>
  new runtime.Tensor('float32', Float32Array.from(rows.flat()), [rows.length, columns]);

function rowsOf(result) {
  const [rows, columns] = result.dims;
  return Array.from({ length: rows }, (_, i) => Array.from(result.data.slice(i * columns, (i + 1) * columns)));
}

async function main() {
  const [, , path, file, stream] = process.argv;
  const x = JSON.parse(fs.readFileSync(file));
  const session = await runtime.InferenceSession.create(path);
  if (stream === undefined) {
    const result = await session.run({ x: tensor(x, x[0].length) });
    console.log(JSON.stringify(rowsOf(result.y)));
    return;
  }
  const cached = session.inputNames.includes('cache');
  let cache = null;
  const y = [];
  for (const row of x) {
    const given = { x: tensor([row], row.length) };
    if (cached) given.cache = cache ?? new runtime.Tensor('float32', new Float32Array(Number(process.argv[5])), [1, Number(process.argv[5])]);
    const result = await session.run(given);
    cache = result.next_cache;
    y.push(rowsOf(result.y)[0]);
  }
  console.log(JSON.stringify(y));
}

main();
