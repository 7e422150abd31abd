#include "experiments/rivals/generated.h"

#include "base/errors.h"
#include "base/expected.h"
#include "experiments/support/random.h"
#include "models/blocks/stream.h"

namespace unrecur {

std::vector<int> generated_symbols(const SequenceModel<float>& model, int first, Index count, std::uint64_t seed) {
  const ModelSpec& spec = model.spec();
  if (spec.symbols < 1 || spec.window != 1 || spec.outputs != spec.symbols || spec.loss != "softmax") {
    throw UsageError("only a model that reads a symbol and predicts the next can go on by itself");
  }
  if (first < 0 || first >= spec.symbols) throw UsageError(expected_but_found("a symbol of the model", first));
  RandomStream random(seed, "generated symbols");
  const auto stream = make_stream<float>(model.layers(), 1);
  std::vector<int> symbols;
  Matrix<float> h;
  for (int last = first; std::ssize(symbols) < count; last = symbols.back()) {
    stream->step(model.encoder().col(last), h);
    const Vector<double> z = model.decoder().predict(h).col(0).cast<double>();
    const Vector<double> weights = (z.array() - z.maxCoeff()).exp();
    symbols.push_back(static_cast<int>(random.pick({weights.begin(), weights.end()})));
  }
  return symbols;
}

}  // namespace unrecur
