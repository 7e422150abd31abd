#include "experiments/data/vocabulary.h"

namespace unrecur {

int Vocabulary::add(std::string_view word) {
  if (const auto known = numbers_.find(word); known != numbers_.end()) return known->second;
  const int number = size();
  words_.emplace_back(word);
  numbers_.emplace(words_.back(), number);
  return number;
}

int Vocabulary::find(std::string_view word) const {
  const auto known = numbers_.find(word);
  return known == numbers_.end() ? -1 : known->second;
}

}  // namespace unrecur
