#include "reports/results/published.h"

#include "base/json_text.h"
#include "reports/blocks/numbers.h"
#include "reports/results/assets.h"

namespace unrecur::reports {
namespace {

PublishedNumbers read_published(const std::string& file) {
  const auto json = parse_json(asset(file), file);
  PublishedNumbers all{json.at("source"), json.at("caution"), {}};
  for (const auto& entry : json.at("numbers")) {
    all.numbers.push_back({entry.at("task"), entry.at("cell"), entry.at("metric"), entry.at("stable"),
                           entry.at("value"), entry.at("decimals")});
  }
  return all;
}

}  // namespace

const Published* PublishedNumbers::find(const std::string& task, const std::string& cell, const std::string& metric,
                                        bool stable) const {
  for (const Published& p : numbers) {
    if (p.task == task && p.cell == cell && p.metric == metric && p.stable == stable) return &p;
  }
  return nullptr;
}

std::string PublishedNumbers::text(const std::string& task, const std::string& cell, const std::string& metric,
                                   bool stable) const {
  const Published* p = find(task, cell, metric, stable);
  return p == nullptr ? kNothing : format_decimals(p->value, p->decimals);
}

const PublishedNumbers& published_numbers() {
  static const PublishedNumbers numbers = read_published("published.json");
  return numbers;
}

const PublishedNumbers& published_rivals() {
  static const PublishedNumbers numbers = read_published("published_rivals.json");
  return numbers;
}

}  // namespace unrecur::reports
