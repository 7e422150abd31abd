#include "models/formats/numpy/npy_header.h"

#include <charconv>
#include <set>

#include "base/errors.h"

namespace unrecur {
namespace {

class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  NpyHeader run() {
    NpyHeader header;
    std::set<std::string_view> keys;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      if (!keys.insert(key).second) fail("each key once");
      expect(':');
      value(key, header);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (keys.size() != 3) fail("the keys descr, fortran_order and shape");
    skip_blanks();
    if (at_ != text_.size()) fail("nothing after the dictionary");
    return header;
  }

 private:
  void value(std::string_view key, NpyHeader& header) {
    if (key == "descr") {
      if (next() == '[') fail("one element type (arrays of records are not read)");
      header.descr = string();
    } else if (key == "fortran_order") {
      header.fortran_order = boolean();
    } else if (key == "shape") {
      header.shape = tuple();
    } else {
      fail("the keys descr, fortran_order and shape");
    }
  }

  std::string_view string() {
    const char quote = next();
    if (quote != '\'' && quote != '"') fail("a string in quotes");
    const std::size_t begin = at_ + 1;
    const std::size_t end = text_.find(quote, begin);
    if (end == std::string_view::npos) fail("the end of a string");
    const std::string_view content = text_.substr(begin, end - begin);
    if (content.find('\\') != std::string_view::npos) fail("a string without a backslash");
    at_ = end + 1;
    return content;
  }

  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return word == "True";
    }
    fail("True or False");
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> numbers;
    expect('(');
    while (!accept(')')) {
      numbers.push_back(integer());
      if (accept(',')) continue;
      if (numbers.size() == 1) fail("a comma: in Python, one number in parentheses is no tuple");
      expect(')');
      break;
    }
    return numbers;
  }

  std::int64_t integer() {
    skip_blanks();
    std::int64_t number = 0;
    const char* const end = text_.data() + text_.size();
    const auto [after, error] = std::from_chars(text_.data() + at_, end, number);
    if (error != std::errc() || number < 0) fail("an integer from 0 to 2^63 - 1");
    at_ = static_cast<std::size_t>(after - text_.data());
    return number;
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  /// The next character that is not blank; 0 at the end.
  char next() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (next() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string(1, c));
  }
  [[noreturn]] void fail(const std::string& expected) const {
    throw FileError(
        {file_, "header, character " + std::to_string(at_), "expected " + expected, "write the file with numpy.save"});
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& file) {
  return HeaderParser(text, file).run();
}

}  // namespace unrecur
