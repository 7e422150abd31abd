#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace unrecur::reports {

/// The markup of prose, captions and cells: `$TeX$`, `**strong**`, `*emphasis*`, `` `code` ``; a backslash before one
/// of $ * ` \ outside TeX and code takes its meaning away. An unclosed mark stands for itself.
struct Span {
  enum class Style { text, strong, emphasis, code, tex };
  Style style;
  std::string text;
};

std::vector<Span> parse_markup(std::string_view text);

/// Text that parses as itself: for whatever comes from results.
std::string literal(std::string_view text);

/// The text without its marks; TeX stays as TeX.
std::string plain_text(std::string_view text);

/// The paragraphs of a text: what stands between blank lines, trimmed.
std::vector<std::string> paragraphs(std::string_view text);

}  // namespace unrecur::reports
