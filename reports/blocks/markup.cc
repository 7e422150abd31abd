#include "reports/blocks/markup.h"

namespace unrecur::reports {
namespace {

using Style = Span::Style;

constexpr std::string_view marks = "$*`\\";

struct Mark {
  std::string_view sign;
  Style style;
};

// The longer sign first.
constexpr Mark signs[] = {{"**", Style::strong}, {"*", Style::emphasis}, {"`", Style::code}, {"$", Style::tex}};

bool takes_escapes(Style style) {
  return style == Style::strong || style == Style::emphasis;
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && marks.find(text[i + 1]) != marks.npos) ++i;
    plain += text[i];
  }
  return plain;
}

/// Place of the closing sign at or after `from`, npos if there is none.
std::size_t find_close(std::string_view text, std::size_t from, const Mark& mark) {
  for (std::size_t i = from; i + mark.sign.size() <= text.size(); ++i) {
    if (takes_escapes(mark.style) && text[i] == '\\') {
      ++i;
    } else if (text.substr(i, mark.sign.size()) == mark.sign) {
      return i;
    }
  }
  return text.npos;
}

}  // namespace

std::vector<Span> parse_markup(std::string_view text) {
  std::vector<Span> spans;
  std::string run;
  const auto end_run = [&] {
    if (!run.empty()) spans.push_back({Style::text, std::move(run)});
    run.clear();
  };
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '\\' && i + 1 < text.size() && marks.find(text[i + 1]) != marks.npos) {
      run += text[i + 1];
      i += 2;
      continue;
    }
    bool matched = false;
    for (const Mark& mark : signs) {
      if (text.substr(i, mark.sign.size()) != mark.sign) continue;
      const std::size_t begin = i + mark.sign.size();
      const std::size_t close = find_close(text, begin, mark);
      if (close == text.npos || close == begin) break;
      end_run();
      const std::string_view inner = text.substr(begin, close - begin);
      spans.push_back({mark.style, takes_escapes(mark.style) ? without_escapes(inner) : std::string(inner)});
      i = close + mark.sign.size();
      matched = true;
      break;
    }
    if (!matched) run += text[i++];
  }
  end_run();
  return spans;
}

std::string literal(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (marks.find(c) != marks.npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string plain_text(std::string_view text) {
  std::string plain;
  for (const Span& span : parse_markup(text)) plain += span.text;
  return plain;
}

std::vector<std::string> paragraphs(std::string_view text) {
  constexpr std::string_view white = " \t\n";
  std::vector<std::string> list;
  while (!text.empty()) {
    const std::size_t gap = text.find("\n\n");
    std::string_view part = text.substr(0, gap);
    text = gap == text.npos ? std::string_view() : text.substr(gap + 2);
    const std::size_t first = part.find_first_not_of(white);
    if (first == part.npos) continue;
    part = part.substr(first, part.find_last_not_of(white) - first + 1);
    list.emplace_back(part);
  }
  return list;
}

}  // namespace unrecur::reports
