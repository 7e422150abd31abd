#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/errors.h"
#include "models/formats/shared/zip.h"

// Whatever the bytes: parse_zip refuses them with a FileError, or gives members that unpack to what they promise.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto content = std::as_bytes(std::span(data, size));
  try {
    for (const unrecur::ZipMember& member : unrecur::parse_zip(content, "fuzz")) {
      try {
        const std::uint64_t limit = unrecur::unpack_limit(size);
        if (unrecur::unpack(member, "fuzz", limit).size() != member.size) std::abort();
      } catch (const unrecur::FileError&) {
      }
    }
  } catch (const unrecur::FileError&) {
  }
  return 0;
}
