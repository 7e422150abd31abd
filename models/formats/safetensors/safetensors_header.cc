#include "models/formats/safetensors/safetensors_header.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/errors.h"
#include "models/formats/shared/tensor.h"

namespace unrecur {
namespace {

using json = nlohmann::json;

/// Receives the parts of the header in reading order and knows at each moment what may come next.
class HeaderHandler : public nlohmann::json_sax<json> {
 public:
  explicit HeaderHandler(const std::string& file) : file_(file) {}

  SafetensorsHeader header;

  bool start_object(std::size_t) override {
    if (level_ == Level::outside) {
      level_ = Level::top;
    } else if (level_ == Level::top) {
      level_ = name_ == "__metadata__" ? Level::metadata : Level::tensor;
      fields_.clear();
      entry_ = {};
      entry_.name = name_;
    } else {
      wrong("an object");
    }
    return true;
  }

  bool key(std::string& key) override {
    if (level_ == Level::top) {
      name_ = key;
      if (!names_.insert(key).second) fail("expected each name once, found it twice");
      return true;
    }
    field_ = key;
    if (level_ == Level::tensor && key != "dtype" && key != "shape" && key != "data_offsets") {
      fail("expected the keys dtype, shape and data_offsets");
    }
    if (!fields_.insert(key).second) fail("expected each key once, found it twice");
    return true;
  }

  bool end_object() override {
    if (level_ == Level::tensor) {
      field_.clear();
      for (const char* needed : {"dtype", "shape", "data_offsets"}) {
        if (!fields_.contains(needed)) fail(std::string("expected the key ") + needed + ", found none");
      }
      header.entries.push_back(std::move(entry_));
    }
    field_.clear();
    level_ = level_ == Level::top ? Level::outside : Level::top;
    return true;
  }

  bool start_array(std::size_t) override {
    if (level_ != Level::tensor || (field_ != "shape" && field_ != "data_offsets")) wrong("an array");
    level_ = Level::array;
    numbers_.clear();
    return true;
  }

  bool end_array() override {
    level_ = Level::tensor;
    if (field_ == "shape") {
      entry_.shape.assign(numbers_.begin(), numbers_.end());
    } else {
      if (numbers_.size() != 2) fail("expected two offsets, found " + std::to_string(numbers_.size()));
      entry_.begin = static_cast<std::uint64_t>(numbers_[0]);
      entry_.end = static_cast<std::uint64_t>(numbers_[1]);
    }
    return true;
  }

  bool string(std::string& value) override {
    if (level_ == Level::metadata) {
      header.metadata.emplace(field_, value);
    } else if (level_ == Level::tensor && field_ == "dtype") {
      if (element_size(value) == 0) fail("expected a known element type, found '" + value.substr(0, 40) + "'");
      entry_.dtype = value;
    } else {
      wrong("a string");
    }
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (level_ != Level::array) wrong("a number");
    if (value > std::numeric_limits<std::int64_t>::max()) fail("expected an integer below 2^63, found a larger one");
    numbers_.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool number_integer(std::int64_t) override { wrong("a negative number"); }
  bool number_float(double, const std::string& text) override { wrong("the number " + text.substr(0, 40)); }
  bool null() override { wrong("null"); }
  bool boolean(bool) override { wrong("true or false"); }
  bool binary(json::binary_t&) override { wrong("binary data"); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw FileError({file_, "header, byte " + std::to_string(position), "expected JSON, found something else",
                     "the file is truncated or not a safetensors file"});
  }

 private:
  enum class Level { outside, top, metadata, tensor, array };

  [[noreturn]] void fail(const std::string& expected) const {
    std::string place = "header";
    if (level_ != Level::outside) place += ", '" + name_.substr(0, 100) + "'";
    if (!field_.empty()) place += ", " + field_.substr(0, 100);
    throw FileError({file_, place, expected, ""});
  }

  [[noreturn]] void wrong(const std::string& found) const {
    const char* expected = "an object of tensors";
    if (level_ == Level::top) expected = "an object that describes a tensor";
    if (level_ == Level::metadata) expected = "a string";
    if (level_ == Level::tensor) expected = field_ == "dtype" ? "a string" : "an array of integers";
    if (level_ == Level::array) expected = "an integer that is not negative";
    fail(std::string("expected ") + expected + ", found " + found);
  }

  const std::string& file_;
  Level level_ = Level::outside;
  std::string name_;   // key at the top
  std::string field_;  // key below it
  TensorEntry entry_;
  std::vector<std::int64_t> numbers_;
  std::set<std::string> names_;
  std::set<std::string> fields_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, const std::string& file) {
  HeaderHandler handler(file);
  json::sax_parse(text.begin(), text.end(), &handler);
  return std::move(handler.header);
}

}  // namespace unrecur
