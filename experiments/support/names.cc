#include "experiments/support/names.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <vector>

namespace unrecur {
namespace {

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Three rows of the dynamic programme are enough: a swap looks back two.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view word, std::span<const std::string> names) {
  constexpr std::size_t longest = 100;  // no name of ours is longer, and the cost is quadratic
  if (word.size() > longest) return {};
  const std::string wanted = lower_case(word);
  std::size_t best = std::max<std::size_t>(2, wanted.size() / 3) + 1;
  std::string result;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(wanted, lower_case(name));
    if (distance < best && distance < name.size()) {
      best = distance;
      result = name;
    }
  }
  return result;
}

std::string suggest_name(std::string_view word, std::span<const std::string> names) {
  const std::string nearest = nearest_name(word, names);
  const std::string known = names.empty() ? "there are none" : "known are " + join_names(names);
  return nearest.empty() ? known : "did you mean '" + nearest + "'? " + known;
}

}  // namespace unrecur
