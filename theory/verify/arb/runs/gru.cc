#include <utility>

#include "theory/verify/arb/runs/prepared_gates.h"

namespace unrecur::verify {
namespace {

/// h' = z h + (1 − z) n; the reset gate multiplies R_n h + b' (after) or h (before).
///
/// The candidate reads h through the reset gate and inputs of the box past it, so its rows are kept apart.
class PreparedGru : public PreparedGates {
 public:
  PreparedGru(const Gated& gates, bool after, Inlet inlet)
      : PreparedGates(gates, inlet),
        after_(after),
        gate_rows_(read_.topRows(2 * gates.n)),
        own_(read_.bottomRows(gates.n)),
        own_rows_(own_.leftCols(gates.n)),
        past_(own_),
        past_rows_(own_.rightCols(own_.cols() - gates.n)) {
    own_.rightCols(inputs()).setZero();
    past_.leftCols(gates.n).setZero();
  }

  Image step(const CenteredState& s, const Balls& drive) const override {
    const Index n = gates_.n;
    const auto reaches = reaches_of(2, s.radius);
    const Vector<double> past_reach =
        inputs() > 0 ? reach_of(past_, s.radius) : Vector<double>(Vector<double>::Zero(n));
    // Of every unit before the candidates, which read all of them.
    Balls reset, resets, reset_slopes, gated, reset_by;
    for (Index k = 0; k < n; ++k) {
      const Ball a = gate_rows_.dot(k, s.middle.data(), drive[at(k)]), r = gates_.gates.value(a);
      reset.push_back(r);
      if (!after_) gated.push_back(r * s.middle[at(k)]);
      const Precision narrow(kNarrow);
      resets.push_back(moved_by(r, gate_slope_, reaches[0](k), s.exponent));
      const Ball h = widened_by(s.middle[at(k)], scaled(s.radius(k), s.exponent));
      const Ball a_box = widened_by(a, scaled(reaches[0](k), s.exponent));
      reset_slopes.push_back(gates_.gates.slopes(a_box, resets.back()));
      reset_by.push_back(h * reset_slopes.back());
    }
    // Before the product the reset gate moves what R_n reads: r h.
    const Coefficients reset_box(resets), by_reset(reset_by);
    const Linear read = after_ ? Linear{} : combined({{by_reset, block(0), reaches[0]}}, &reset_box, s.radius);
    const Vector<double> own_reach =
        after_ ? reach_of(own_, s.radius) : reach_of(own_.leftCols(n), moved(read, s.radius));
    Balls next, by_z, by_n, by_r, by_past, own;
    for (Index j = 0; j < n; ++j) {
      const Index row = 2 * n + j;
      const Ball a_z = gate_rows_.dot(n + j, s.middle.data(), drive[at(n + j)]), z = gates_.gates.value(a_z);
      const Ball past = inputs() > 0 ? past_rows_.dot(j, &s.middle[at(n)], drive[at(row)]) : drive[at(row)];
      const Ball q = after_ ? own_rows_.dot(j, s.middle.data(), own_bias(row)) : Ball(0.0);
      const Ball a = after_ ? past + reset[at(j)] * q : own_rows_.dot(j, gated.data(), past);
      const Ball candidate = gates_.candidate.value(a);
      next.push_back(z * s.middle[at(j)] + (Ball(1.0) - z) * candidate);
      const Precision narrow(kNarrow);
      const Ball q_box = widened_by(q, scaled(own_reach(j), s.exponent));
      const Ball by_own =
          after_ ? Ball(abs(past + resets[at(j)] * q_box - a).upper()) : scaled(own_reach(j), s.exponent);
      const Ball a_box = widened_by(widened_by(a, by_own), scaled(past_reach(j), s.exponent));
      const Ball n_box = widened_by(candidate, Ball(candidate_slope_) * Ball(abs(a_box - a).upper()));
      const Ball z_box = moved_by(z, gate_slope_, reaches[1](j), s.exponent);
      const Ball z_at = widened_by(a_z, scaled(reaches[1](j), s.exponent));
      const Ball h = widened_by(s.middle[at(j)], scaled(s.radius(j), s.exponent));
      const Ball through = (Ball(1.0) - z_box) * gates_.candidate.slopes(a_box, n_box);
      by_z.push_back((h - n_box) * gates_.gates.slopes(z_at, z_box));
      by_n.push_back(after_ ? through * resets[at(j)] : through);
      by_r.push_back(through * q_box * reset_slopes[at(j)]);
      by_past.push_back(through);
      own.push_back(z_box);
    }
    const Coefficients z(by_z), nn(by_n), r(by_r), through(by_past), kept(own);
    std::vector<Term> terms{{z, block(1), reaches[1]}};
    if (inputs() > 0) terms.push_back({through, past_, past_reach});
    if (after_) {
      terms.push_back({nn, own_, own_reach});
      terms.push_back({r, block(0), reaches[0]});
      return {std::move(next), combined(terms, &kept, s.radius)};
    }
    const Linear direct = combined(terms, &kept, s.radius);
    const Linear candidates = chained(nn, own_.leftCols(n), read, s.radius);
    return {std::move(next), sum_of(direct, candidates, s.radius)};
  }

 private:
  Index inputs() const { return read_.cols() - gates_.n; }
  Index shared_rows() const override { return after_ ? 2 * gates_.n : 3 * gates_.n; }
  Ball own_bias(Index row) const { return entry_of(gates_.recurrent_bias, row); }

  bool after_;
  BallRows gate_rows_;
  Matrix<double> own_;  ///< (R_n, 0)
  BallRows own_rows_;
  Matrix<double> past_;  ///< (0, U_n)
  BallRows past_rows_;
};

}  // namespace

std::unique_ptr<PreparedLayer> prepare_gru(const Layer& layer, Inlet inlet) {
  if (!says_only(layer, {"reset", "recurrent_bias"}, {"gates", "candidate"})) return nullptr;
  const auto reset = layer.attributes.find("reset");
  const bool said = reset != layer.attributes.end() && (reset->second == "after" || reset->second == "before");
  const auto gates = read_gated(layer, 3);
  return said && gates ? std::make_unique<PreparedGru>(*gates, reset->second == "after", inlet) : nullptr;
}

}  // namespace unrecur::verify
