#include "apps/check/refutation_json.h"

namespace unrecur {
namespace {

using nlohmann::json;

/// One list for each column.
json columns_of(const Matrix<double>& m) {
  json columns = json::array();
  for (Index t = 0; t < m.cols(); ++t) columns.push_back(std::vector<double>(m.col(t).begin(), m.col(t).end()));
  return columns;
}

json json_of(const Orbit& orbit) {
  return {{"period", orbit.period()},
          {"inputs", columns_of(orbit.inputs)},
          {"states", columns_of(orbit.states)},
          {"within", orbit.distance ? json(*orbit.distance) : json()}};
}

}  // namespace

json refutation_json(const LayerReport& report) {
  const auto refutations = report.refutations();
  if (refutations.empty()) return {};
  const LowerRateBound& lower = *refutations.front();
  const Orbit* orbit = lower.orbit();
  const char* claim = orbit != nullptr ? "no fixed norm certifies the map on a domain that holds the orbit"
                                       : "no fixed norm certifies the map over every state and every input";
  return {{"method", lower.method},
          {"rate", lower.bound->value},
          {"claim", claim},
          {"orbit", orbit != nullptr ? json_of(*orbit) : json()}};
}

}  // namespace unrecur
