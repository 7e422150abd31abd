#pragma once

#include <optional>
#include <string>
#include <vector>

namespace unrecur::reports {

/// A number of a paper as its authors published it, from a file in reports/assets.
struct Published {
  std::string task, cell, metric;  ///< `cell` as configurations name the cell or, of rivals, the model
  bool stable = false;
  double value = 0;
  int decimals = 0;  ///< as printed there
};

struct PublishedNumbers {
  std::string source;   ///< the paper, in markup
  std::string caution;  ///< how far to trust them, in markup
  std::vector<Published> numbers;

  const Published* find(const std::string& task, const std::string& cell, const std::string& metric, bool stable) const;
  /// As it is printed there; kNothing where it is not.
  std::string text(const std::string& task, const std::string& cell, const std::string& metric, bool stable) const;
};

/// Those of "Stable Recurrent Models" (published.json), read once.
const PublishedNumbers& published_numbers();
/// Those of convolutional models and the recurrent ones beside them (published_rivals.json), read once.
const PublishedNumbers& published_rivals();

}  // namespace unrecur::reports
