// LSTM, state (c, h), gates in the order i, f, z, o: c' = f c + i z, h' = o tanh(c').
#include "theory/verify/arb/gates.h"

namespace unrecur::verify {
namespace {

struct Unit {
  Ball i, i_slope, f, f_slope, z, z_slope, o, o_slope, c_limit, h_limit, tanh_c;
};

class Lstm {
 public:
  Lstm(const Gated& g, const Claim& claim) : g_(g), claim_(claim) {
    for (Index k = 0; k < g.n; ++k) {
      h_.push_back(limit(claim, g.n + k));
      v_.push_back(weight(claim, g.n + k));
    }
  }

  /// The first inequality of unit j that fails; empty where all hold.
  std::string failure(Index j) const {
    const Unit u = unit(j);
    if (!surely_at_most(u.f * u.c_limit + u.i * u.z, u.c_limit)) return "the limit of c is not kept";
    if (!surely_at_most(u.o * u.tanh_c, u.h_limit)) return "the limit of h is not kept";
    const Ball rate(claim_.rate);
    const Ball v = weight(claim_, j);
    const Ball through_gates =
        u.f_slope * u.c_limit * reach(1, j) + u.i_slope * u.z * reach(0, j) + u.i * u.z_slope * reach(2, j);
    const Ball cell_row = u.f * v + through_gates;
    if (!surely_at_most(cell_row, rate * v)) return "the row of c exceeds the rate";
    // |∂h'/∂·| ≤ o |∂c'/∂·| tanh' + |tanh c'| |∂o/∂·|, and tanh' ≤ 1.
    const Ball hidden_row = u.o * cell_row + u.o_slope * u.tanh_c * reach(3, j);
    if (!surely_at_most(hidden_row, rate * weight(claim_, g_.n + j))) return "the row of h exceeds the rate";
    return {};
  }

 private:
  Range range(Index gate, Index j) const {
    const Index row = gate * g_.n + j;
    return widened(g_.drive(row, claim_.inputs, true), g_.reach(row, h_));
  }
  Ball reach(Index gate, Index j) const { return g_.reach(gate * g_.n + j, v_); }

  Unit unit(Index j) const {
    const Range i = range(0, j), f = range(1, j), z = range(2, j), o = range(3, j);
    const Ball c_limit = limit(claim_, j);
    return {largest_sigmoid(i),
            largest_sigmoid_slope(i),
            largest_sigmoid(f),
            largest_sigmoid_slope(f),
            largest_tanh(z),
            largest_tanh_slope(z),
            largest_sigmoid(o),
            largest_sigmoid_slope(o),
            c_limit,
            h_[static_cast<std::size_t>(j)],
            tanh(c_limit)};
  }

  const Gated& g_;
  const Claim& claim_;
  std::vector<Ball> h_, v_;  // limits of h, and the norm's weights of h
};

}  // namespace

Finding verify_lstm(const Layer& layer, const Claim& claim) {
  const auto gated = read_gated(layer, claim, 4);
  if (!gated) return not_proved("weights or inputs do not have an LSTM's shapes");
  if (claim.limits.size() != 2 * static_cast<std::size_t>(gated->n)) {
    return not_proved("an LSTM contracts within limits of c and h only, and the claim has none of that size");
  }
  if (!is_max_norm(claim)) return not_proved("LSTMs are proved here in max-norms only, not in " + claim.norm);
  const Lstm lstm(*gated, claim);
  for (Index j = 0; j < gated->n; ++j) {
    const std::string failure = lstm.failure(j);
    if (!failure.empty()) return not_proved("unit " + std::to_string(j) + ": " + failure);
  }
  return {true, {}};
}

}  // namespace unrecur::verify
