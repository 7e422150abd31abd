#include "reports/html/escape.h"

#include "reports/blocks/markup.h"

namespace unrecur::reports {

std::string escape_html(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string inline_html(std::string_view markup) {
  std::string html;
  for (const Span& span : parse_markup(markup)) {
    const std::string text = escape_html(span.text);
    switch (span.style) {
      case Span::Style::text:
        html += text;
        break;
      case Span::Style::strong:
        html += "<strong>" + text + "</strong>";
        break;
      case Span::Style::emphasis:
        html += "<em>" + text + "</em>";
        break;
      case Span::Style::code:
        html += "<code>" + text + "</code>";
        break;
      case Span::Style::tex:
        html += "<span class=\"tex\">" + text + "</span>";
        break;
    }
  }
  return html;
}

}  // namespace unrecur::reports
