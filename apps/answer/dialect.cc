#include "apps/answer/dialect.h"

#include <algorithm>

namespace unrecur {

std::string option_name(Dialect dialect, std::string_view field) {
  std::string name(field);
  if (dialect == Dialect::python) return name;
  std::ranges::replace(name, '_', '-');
  return "--" + name;
}

std::string option_words(Dialect dialect, std::string_view field, const std::string& value) {
  return option_name(dialect, field) + (dialect == Dialect::python ? "=" : " ") + value;
}

std::string text_value(Dialect dialect, const std::string& text) {
  if (dialect == Dialect::python) {
    const bool plain = text.find_first_of("'\"\\\t\n") == text.npos;
    return plain ? '"' + text + '"' : "...";
  }
  if (text.empty() || text.find_first_of("'\"\\$`!\t\n") != text.npos) return "...";
  return text.find_first_of(" *?&|;<>()[]{}#~") == text.npos ? text : '"' + text + '"';
}

std::string alternatives(Dialect dialect, std::string_view field, const std::vector<std::string>& values) {
  std::string words;
  for (std::size_t i = 0; i < values.size(); ++i) {
    words += i == 0 ? "" : i + 1 == values.size() ? " or " : ", ";
    words += text_value(dialect, values[i]);
  }
  return option_words(dialect, field, words);
}

}  // namespace unrecur
