#pragma once

#include <cstdint>
#include <string>

#include "base/file_bytes.h"

namespace unrecur {

/// What an http or https address offers, redirections followed, at most `limit` bytes. Throws ResourceError that names
/// the address and the reason; also where the program was built without libcurl.
Bytes download(const std::string& address, std::uint64_t limit = std::uint64_t{1} << 30);

}  // namespace unrecur
