#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace unrecur {

/// Words by number: 0, 1, 2, … in the order in which they were added.
class Vocabulary {
 public:
  /// The number of the word, which joins where it is new.
  int add(std::string_view word);
  /// The number of the word; −1 where it is not known.
  int find(std::string_view word) const;
  int size() const { return static_cast<int>(words_.size()); }
  /// number in [0, size()); std::out_of_range otherwise.
  const std::string& word(int number) const { return words_.at(static_cast<std::size_t>(number)); }

 private:
  /// Lets the table be searched by a view, without a copy of each word of a text.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
  };

  std::unordered_map<std::string, int, Hash, std::equal_to<>> numbers_;
  std::vector<std::string> words_;
};

}  // namespace unrecur
