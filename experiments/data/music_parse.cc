#include <limits>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "experiments/data/music.h"

namespace unrecur {
namespace {

using json = nlohmann::json;

/// Receives the parts of the file in reading order. No tree is built: a list or object in the wrong place ends the
/// parse, so that nesting costs nothing.
class PieceHandler : public nlohmann::json_sax<json> {
 public:
  explicit PieceHandler(const std::string& file) : file_(file) {}

  PieceSet pieces;

  bool start_object(std::size_t) override {
    if (level_ != Level::outside) wrong("an object");
    level_ = Level::top;
    return true;
  }

  bool key(std::string& key) override {
    split_name_ = key;
    split_ = key == "train" ? &pieces.train : key == "valid" ? &pieces.valid : key == "test" ? &pieces.test : nullptr;
    if (split_ == nullptr) fail("expected the keys train, valid and test, found '" + key.substr(0, 40) + "'");
    if (!split_->empty()) fail("expected each key once, found it twice");
    return true;
  }

  bool end_object() override {
    split_name_.clear();
    const char* missing = pieces.train.empty()   ? "train"
                          : pieces.valid.empty() ? "valid"
                          : pieces.test.empty()  ? "test"
                                                 : nullptr;
    if (missing != nullptr) fail(std::string("expected the keys train, valid and test, found no ") + missing);
    level_ = Level::outside;
    return true;
  }

  bool start_array(std::size_t) override {
    if (level_ == Level::top) {
      level_ = Level::split;
    } else if (level_ == Level::split) {
      split_->emplace_back();
      level_ = Level::piece;
    } else if (level_ == Level::piece) {
      split_->back().emplace_back();
      level_ = Level::step;
    } else {
      wrong("a list");
    }
    return true;
  }

  bool end_array() override {
    if (level_ == Level::step) {
      level_ = Level::piece;
    } else if (level_ == Level::piece) {
      if (split_->back().empty()) fail("expected at least one step");
      level_ = Level::split;
    } else {
      if (split_->empty()) fail("expected at least one piece");
      level_ = Level::top;
    }
    return true;
  }

  bool number_unsigned(std::uint64_t pitch) override {
    if (level_ != Level::step) wrong("a number");
    Step& step = split_->back().back();
    if (pitch < lowest_pitch || pitch > highest_pitch) {
      fail("expected a MIDI pitch from 21 to 108, found " + std::to_string(pitch));
    }
    if (!step.empty() && pitch <= step.back()) {
      fail("expected ascending pitches, found " + std::to_string(pitch) + " after " + std::to_string(step.back()));
    }
    step.push_back(static_cast<std::uint8_t>(pitch));
    return true;
  }

  bool number_integer(std::int64_t number) override { wrong(std::to_string(number)); }
  bool number_float(double, const std::string& text) override { wrong(text.substr(0, 40)); }
  bool string(std::string&) override { wrong("a string"); }
  bool null() override { wrong("null"); }
  bool boolean(bool) override { wrong("true or false"); }
  bool binary(json::binary_t&) override { wrong("binary data"); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw FileError({file_, "byte " + std::to_string(position), "expected JSON, found something else",
                     "the file is truncated or damaged: get it again"});
  }

 private:
  enum class Level { outside, top, split, piece, step };

  [[noreturn]] void fail(const std::string& expected) const {
    std::string place = split_name_.substr(0, 40);
    if (level_ == Level::piece || level_ == Level::step) place += ", piece " + std::to_string(split_->size() - 1);
    if (level_ == Level::step) place += ", step " + std::to_string(split_->back().size() - 1);
    throw FileError({file_, place, expected, ""});
  }

  [[noreturn]] void wrong(const std::string& found) const {
    const char* expected = "an object with the keys train, valid and test";
    if (level_ == Level::top) expected = "a list of pieces";
    if (level_ == Level::split) expected = "a piece, a list of steps";
    if (level_ == Level::piece) expected = "a step, a list of pitches";
    if (level_ == Level::step) expected = "a MIDI pitch from 21 to 108";
    fail(std::string("expected ") + expected + ", found " + found);
  }

  const std::string& file_;
  Level level_ = Level::outside;
  std::string split_name_;
  std::vector<Piece>* split_ = nullptr;
};

}  // namespace

PieceSet parse_pieces(std::string_view text, const std::string& file) {
  PieceHandler handler(file);
  json::sax_parse(text.begin(), text.end(), &handler);
  return std::move(handler.pieces);
}

}  // namespace unrecur
