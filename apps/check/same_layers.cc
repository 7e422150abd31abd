#include "apps/check/same_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/exit_codes.h"
#include "models/formats/compare_layers.h"
#include "models/formats/read_model.h"
#include "reports/print/printable.h"

namespace unrecur {
namespace {

using nlohmann::json;
using reports::printable;

std::string verdict_of_pair(const LayerPair& pair) {
  if (!pair.understood) return "undecided";
  return pair.differs.empty() ? "same" : "different";
}

std::string verdict_of_pairs(const std::vector<LayerPair>& pairs) {
  const auto any = [&](const char* verdict) {
    return std::any_of(pairs.begin(), pairs.end(), [&](const LayerPair& p) { return verdict_of_pair(p) == verdict; });
  };
  return any("different") ? "different" : (any("undecided") ? "undecided" : "same");
}

}  // namespace

int print_same_layers(const RecurrentModel& model, const std::filesystem::path& other, const LayerChoice& choice,
                      bool as_json) {
  const RecurrentModel second = read_model(other);
  const auto pairs = compare_layers(choose_layers(model, choice), choose_layers(second, choice));
  const std::string verdict = verdict_of_pairs(pairs);
  if (as_json) {
    json layers = json::array();
    for (const LayerPair& pair : pairs) {
      layers.push_back({{"layer", pair.first.empty() ? json() : json(pair.first)},
                        {"other", pair.second.empty() ? json() : json(pair.second)},
                        {"verdict", verdict_of_pair(pair)},
                        {"differs", pair.differs}});
    }
    const auto described = [](const RecurrentModel& m) {
      return json{{"path", m.file}, {"sha256", m.sha256}, {"format", m.format}};
    };
    const json document = {{"schema", "unrecur.same/1"},
                           {"model", described(model)},
                           {"other", described(second)},
                           {"verdict", verdict},
                           {"layers", layers}};
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  } else {
    std::cout << fmt::format("{} and {}: {}\n", printable(model.file), printable(second.file), verdict);
    for (const LayerPair& pair : pairs) {
      std::cout << fmt::format("  {} and {}: {}\n", pair.first.empty() ? "nothing" : printable(pair.first),
                               pair.second.empty() ? "nothing" : printable(pair.second), verdict_of_pair(pair));
      for (const std::string& what : pair.differs) std::cout << "    " << printable(what) << "\n";
    }
  }
  if (verdict == "different") return exit_refuted;
  return verdict == "same" ? exit_done : exit_undecided;
}

}  // namespace unrecur
