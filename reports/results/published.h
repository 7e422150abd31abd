#pragma once

#include <optional>
#include <string>
#include <vector>

namespace unrecur::reports {

/// A number of the paper as its authors published it, from reports/assets/published.json.
struct Published {
  std::string task, cell, metric;
  bool stable = false;
  double value = 0;
  int decimals = 0;  ///< as printed there
};

struct PublishedNumbers {
  std::string source;   ///< the paper, in markup
  std::string caution;  ///< how far to trust them, in markup
  std::vector<Published> numbers;

  const Published* find(const std::string& task, const std::string& cell, const std::string& metric, bool stable) const;
};

/// The data file, read once.
const PublishedNumbers& published_numbers();

}  // namespace unrecur::reports
