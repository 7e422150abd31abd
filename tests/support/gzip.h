#pragma once

#include <string>
#include <string_view>

namespace unrecur::testing {

/// One gzip member with this content, as `gzip -n` would write it.
std::string gzip(std::string_view content);

}  // namespace unrecur::testing
