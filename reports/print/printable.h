#pragma once

#include <string>
#include <string_view>

namespace unrecur::reports {

/// Text from a file that is safe to show: well-formed UTF-8, where control characters, marks that turn the direction of
/// writing and bytes that are no UTF-8 have become U+FFFD. So no name of a layer can move a terminal's cursor, colour
/// it or rewrite what stands beside it.
std::string printable(std::string_view text);

}  // namespace unrecur::reports
