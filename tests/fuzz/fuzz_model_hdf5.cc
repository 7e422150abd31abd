#include <memory>

#include "models/formats/keras/keras_arrays.h"
#include "tests/fuzz/hdf5_worker.h"
#include "tests/fuzz/model_bytes.h"

// To make a process takes longer than to read a file: only the first of every hundred files is read as the program
// does it, and all of them by a process that reads many.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unrecur;
  static std::uint64_t runs = 0;
  static fuzz::Hdf5Worker worker;
  if (runs++ % 100 == 0) fuzz::read_as("keras-hdf5", data, size);
  const SeparateRun run = worker.run(std::as_bytes(std::span(data, size)));
  try {
    RecurrentModel model{"fuzz", "keras-hdf5", {}, {}};
    add_keras_arrays(std::make_shared<const Hdf5Content>(hdf5_content_from(run.output, run.fate, "fuzz")), model);
    fuzz::use(model);
  } catch (const FileError&) {
  }
  return 0;
}
