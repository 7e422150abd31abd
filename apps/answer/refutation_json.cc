#include "apps/answer/refutation_json.h"

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

std::vector<double> list_of(const Vector<double>& values) {
  return {values.begin(), values.end()};
}

/// The basins lie around the states; what else proves them stands in the witness's own file.
json json_of(const verify::Bistable& witness) {
  return {{"input", list_of(witness.input)},
          {"states", {list_of(witness.first.center), list_of(witness.second.center)}},
          {"apart", (witness.first.center - witness.second.center).norm()}};
}

}  // namespace

json refutation_json(const LayerReport& report) {
  const auto refutations = report.refutations();
  if (refutations.empty()) return {};
  const LowerRateBound& lower = *refutations.front();
  const Orbit* orbit = lower.orbit();
  const bool bistable = lower.method == "bistable";
  const char* claim =
      bistable ? "one input, repeated, keeps two states apart for ever that admissible inputs lead to: no number "
                 "of steps is enough, and no fixed norm certifies the map on a domain that holds both"
      : orbit != nullptr ? "no fixed norm certifies the map on a domain that holds the orbit"
                         : "no fixed norm certifies the map over every state and every input";
  return {{"method", lower.method},
          {"rate", lower.bound->value},
          {"claim", claim},
          {"orbit", orbit != nullptr ? json_of(*orbit) : json()},
          {"bistable", report.memory.for_ever() ? json_of(*report.memory.proved.bistable) : json()}};
}

}  // namespace unrecur
