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

json refutation_json(const LayerCheck& check) {
  if (check.refutations.empty()) return {};
  const Rung& rung = *check.refutations.front();
  const char* claim = rung.orbit ? "no fixed norm certifies the map on a domain that holds the orbit"
                                 : "no fixed norm certifies the map over every state and every input";
  return {{"method", rung.method},
          {"rate", rung.rate},
          {"claim", claim},
          {"orbit", rung.orbit ? json_of(*rung.orbit) : json()}};
}

}  // namespace unrecur
