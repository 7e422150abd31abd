#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto content = std::as_bytes(std::span(data, size));
  try {
    const unrecur::NumpyArray array = unrecur::parse_npy(content, "fuzz");
    // What was accepted can be written, and reads back the same bits.
    const unrecur::Bytes written = unrecur::format_npy(array.values);
    const unrecur::Matrix<double> again = unrecur::parse_npy(written, "again").values;
    if (again.size() != array.values.size() || unrecur::format_npy(again) != written) std::abort();
  } catch (const unrecur::FileError&) {
  }
  return 0;
}
