#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/errors.h"

namespace unrecur {

/// "line 12", for messages.
inline std::string line_place(std::int64_t number) {
  return "line " + std::to_string(number);
}

/// Calls visit(line, number) for each line of a text, without its LF, numbered from 1. A last line that ends without
/// LF counts; nothing after the last LF does not. Throws FileError for a text without any line, and for a NUL byte.
template <class F>
void for_each_line(std::string_view text, const std::string& file, const F& visit) {
  if (text.empty()) throw FileError({file, "", "a text with at least one line expected, the file is empty", ""});
  std::int64_t number = 1;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (line.find('\0') != std::string_view::npos) {
      throw FileError({file, line_place(number), "text expected, a NUL byte found", "is it a text file?"});
    }
    visit(line, number);
    begin = end + 1;
  }
}

/// Whether a byte is ASCII white space (blank, TAB, LF, VT, FF, CR), whatever the locale.
inline bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Calls visit(word) for each word of a line; runs of ASCII white space part words. Other bytes pass as they are.
template <class F>
void for_each_word(std::string_view line, const F& visit) {
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t begin = i;
    while (i < line.size() && !is_space(line[i])) ++i;
    if (i > begin) visit(line.substr(begin, i - begin));
    while (i < line.size() && is_space(line[i])) ++i;
  }
}

}  // namespace unrecur
