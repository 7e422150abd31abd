#pragma once

#include <string>
#include <string_view>

namespace unrecur::reports {

/// Text as it stands between tags or in a quoted attribute.
std::string escape_html(std::string_view text);

/// Markup (reports/blocks/markup.h) as inline HTML. TeX becomes `<span class="tex">`, which the page's script sets with
/// KaTeX and which reads as TeX without it.
std::string inline_html(std::string_view markup);

}  // namespace unrecur::reports
