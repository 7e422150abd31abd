#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// The name of an array in the parts that dots and slashes make, without TensorFlow's ":0"; in lower case.
class ArrayName {
 public:
  explicit ArrayName(std::string_view name);

  const std::vector<std::string>& parts() const { return parts_; }
  const std::string& leaf() const { return parts_.back(); }
  const std::string& text() const { return text_; }
  /// Whether one of the words of these parts is in the list. Words are what lies between other signs than letters and
  /// digits; digits at the end of a word do not count ("fc1" is "fc").
  bool has_word(std::initializer_list<std::string_view> words, std::size_t first = 0,
                std::size_t last = std::string::npos) const;
  /// Whether the name holds one of these texts anywhere.
  bool has_text(std::initializer_list<std::string_view> texts) const;

 private:
  std::string text_;
  std::vector<std::string> parts_;
};

/// Whether a word of a name says normalisation, which changes what a gate sees.
bool says_normalisation(const ArrayName& name);
/// Whether the words from part `first` on are those of feed-forward maps: fc, dense, proj, attn, embedding, head, …
bool says_feed_forward(const ArrayName& name, std::size_t first = 0, std::size_t last = std::string::npos);
/// Whether an optimizer keeps this beside a weight: momentum, exp_avg, ….
bool says_optimizer(const ArrayName& name);

}  // namespace unrecur
