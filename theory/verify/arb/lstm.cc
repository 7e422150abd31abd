// LSTM, state (c, h), gates in the order i, f, z, o: c' = f c + i z, h' = o tanh(c').
#include <algorithm>

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/matrix_proofs.h"

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
    return is_max_norm(claim_) ? row_failure(u, j) : block_failure(u, j);
  }

 private:
  /// In max |s_j|/v_j: row sums of the bound of |J|.
  std::string row_failure(const Unit& u, Index j) const {
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

  /// In ‖(x c, h)‖₂: with u = S R Δh, ‖u‖ ≤ N ‖Δh‖, unit j maps (x_j Δc_j, its part of u) by a matrix of norm ‖K_j‖.
  std::string block_failure(const Unit& u, Index j) const {
    const auto i = per_scale(g_, claim_, j, u.i_slope * u.z);
    const auto f = per_scale(g_, claim_, g_.n + j, u.f_slope * u.c_limit);
    const auto z = per_scale(g_, claim_, 2 * g_.n + j, u.i * u.z_slope);
    const auto o = per_scale(g_, claim_, 3 * g_.n + j, u.o_slope * u.tanh_c);
    if (!i || !f || !z || !o) return "a row that acts has no scale";
    const Ball x = weight(claim_, j), norm(claim_.scaled_norm);
    const Ball kappa = sqrt(*i * *i + *f * *f + *z * *z);
    const std::vector<Ball> cell{u.f, norm * x * kappa, 0.0};
    const std::vector<Ball> hidden{u.o * u.f / x, norm * u.o * kappa, norm * *o};
    return two_rows_at_most(cell, hidden, claim_.rate) ? "" : "the unit exceeds the rate";
  }

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

bool hidden_weights_are_one(const Claim& claim, Index n) {
  return std::all_of(claim.weights.begin() + n, claim.weights.end(), [](double w) { return w == 1.0; });
}

}  // namespace

Finding verify_lstm(const Layer& layer, const Claim& claim) {
  const auto gated = read_gated(layer, claim, 4);
  if (!gated) return not_proved("weights or inputs do not have an LSTM's shapes");
  if (claim.limits.size() != 2 * static_cast<std::size_t>(gated->n)) {
    return not_proved("an LSTM contracts within limits of c and h only, and the claim has none of that size");
  }
  if (!is_max_norm(claim) && !(claim.norm == "weighted_two" && hidden_weights_are_one(claim, gated->n))) {
    return not_proved("an LSTM is proved here in max-norms and in the two-norm of (x c, h), not in " + claim.norm);
  }
  if (!is_max_norm(claim) && !scaled_norm_holds(*gated, claim)) {
    return not_proved("the norm of the scaled recurrent matrix is not below its bound");
  }
  const Lstm lstm(*gated, claim);
  for (Index j = 0; j < gated->n; ++j) {
    const std::string failure = lstm.failure(j);
    if (!failure.empty()) return not_proved("unit " + std::to_string(j) + ": " + failure);
  }
  return {true, {}};
}

}  // namespace unrecur::verify
