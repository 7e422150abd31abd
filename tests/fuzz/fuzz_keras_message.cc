#include <memory>

#include "models/formats/keras/hdf5_message.h"
#include "models/formats/keras/keras_arrays.h"
#include "tests/fuzz/model_bytes.h"

// What a process with libhdf5 in it may send, be it overwritten by a hostile file: the half of the reader of Keras'
// files that runs in our own process, under sanitizers (fuzz_model_hdf5 has none).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unrecur;
  try {
    RecurrentModel model{"fuzz", "keras-hdf5", {}, {}};
    const auto message = std::as_bytes(std::span(data, size));
    add_keras_arrays(std::make_shared<const Hdf5Content>(hdf5_content_from(message, "", "fuzz")), model);
    fuzz::use(model);
  } catch (const FileError&) {
  }
  return 0;
}
