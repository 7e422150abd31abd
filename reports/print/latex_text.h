#pragma once

#include <string>
#include <string_view>

namespace unrecur::reports {

/// Plain text as LaTeX: what is special there is escaped, and what TeX's own fonts have no letter for becomes a
/// formula.
std::string escape_latex(std::string_view text);

/// Markup (reports/blocks/markup.h) as LaTeX: TeX passes through, everything else is escaped.
std::string inline_latex(std::string_view markup);

}  // namespace unrecur::reports
