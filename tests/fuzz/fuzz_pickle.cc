#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/errors.h"
#include "models/formats/pytorch/pickle.h"

// Whatever the bytes: parse_pickle refuses them with a FileError, or gives a root that is one of its values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const unrecur::PickledValues values = unrecur::parse_pickle(std::as_bytes(std::span(data, size)), "fuzz");
    if (values.root == nullptr || values.values.empty()) std::abort();
  } catch (const unrecur::FileError&) {
  }
  return 0;
}
