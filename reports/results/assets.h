#pragma once

#include <string_view>

namespace unrecur::reports {

/// Content of a file embedded at build time by cmake/UnrecurAssets.cmake: one of reports/assets/, or `d3.min.js`,
/// `katex.js`, `katex.css` and `KaTeX_*.woff2` of the system's packages, which may be missing. Empty when it is not
/// there.
std::string_view asset(std::string_view name);

}  // namespace unrecur::reports
