#include "theory/verify/arb/prepared_layer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/sloped.h"
#include "theory/verify/arb/step.h"
#include "theory/verify/balls/ball_rows.h"

namespace unrecur::verify {
namespace {

using Balls = std::vector<Ball>;

std::size_t at(Index k) {
  return static_cast<std::size_t>(k);
}

/// BallRows::dot of a row that is needed now and then, where balls of all of them would take much memory.
Ball sparing_dot(const Matrix<double>& a, Index row, const Balls& v, const Ball& first) {
  if (v.empty()) return first;
  Balls own;
  own.reserve(v.size());
  for (Index k = 0; k < a.cols(); ++k) own.emplace_back(a(row, k));
  Ball sum;
  arb_dot(sum.raw(), first.raw(), 0, own.data()->raw(), 1, v.data()->raw(), 1, a.cols(), Ball::bits());
  return sum;
}

Ball entry(const Matrix<double>* column, Index row) {
  return column == nullptr ? Ball(0.0) : Ball((*column)(row, 0));
}

/// Bits of what is computed over boxes: their own width is what counts there.
constexpr slong kNarrow = 64;

/// Every number within `by` of those of the ball.
Ball widened_by(Ball ball, const Ball& by) {
  ball.widen(by);
  return ball;
}

class PreparedSloped : public PreparedLayer {
 public:
  PreparedSloped(Sloped map) : map_(std::move(map)), recurrent_(*map_.w) {}

  Balls drive(const Vector<double>& x) const override {
    const Balls input(x.begin(), x.end());
    Balls drive;
    for (Index j = 0; j < map_.n; ++j)
      drive.push_back(sparing_dot(*map_.u, j, input, entry(map_.bias, j) + entry(map_.recurrent_bias, j)));
    return drive;
  }

  Image step(const CenteredState& s, const Balls& drive) const override {
    const Vector<double> reach = reach_of(*map_.w, s.radius);
    Balls next, slope, kept;
    for (Index j = 0; j < map_.n; ++j) {
      const Ball a = recurrent_.dot(j, s.middle.data(), drive[at(j)]), y = map_.activation.value(a);
      next.push_back(map_.alpha_is_one ? y : (Ball(1.0) - map_.alpha) * s.middle[at(j)] + map_.alpha * y);
      const Precision narrow(kNarrow);
      slope.push_back(map_.alpha * map_.activation.slopes(widened_by(a, scaled(reach(j), s.exponent))));
      kept.push_back(Ball(1.0) - map_.alpha);
    }
    const Coefficients by(slope), own(kept);
    return {std::move(next), combined({{by, *map_.w, reach}}, &own, s.radius)};
  }

 private:
  Sloped map_;
  BallRows recurrent_;
};

/// What LSTM and GRU have in common.
class PreparedGates : public PreparedLayer {
 public:
  explicit PreparedGates(const Gated& gates)
      : gates_(gates),
        recurrent_(*gates.recurrent),
        gate_slope_(gates.gates.greatest_slope().upper()),
        candidate_slope_(gates.candidate.greatest_slope().upper()),
        output_slope_(gates.output.greatest_slope().upper()) {}

  Balls drive(const Vector<double>& x) const override {
    const Balls input(x.begin(), x.end());
    Balls drive;
    for (Index row = 0; row < gates_.recurrent->rows(); ++row) {
      Ball first = entry(gates_.bias, row);
      if (row < shared_rows()) first += entry(gates_.recurrent_bias, row);
      drive.push_back(sparing_dot(*gates_.input, row, input, first));
    }
    return drive;
  }

 protected:
  /// |R_gate| r of each gate.
  std::vector<Vector<double>> reaches_of(Index gates, const Vector<double>& r) const {
    std::vector<Vector<double>> reaches;
    for (Index g = 0; g < gates; ++g)
      reaches.push_back(reach_of(gates_.recurrent->middleRows(g * gates_.n, gates_.n), r));
    return reaches;
  }

  /// Values of a function of this largest slope where its argument moves by up to `reach` 2^exponent.
  static Ball moved_by(const Ball& value, double slope, double reach, slong exponent) {
    return widened_by(value, Ball(slope) * scaled(reach, exponent));
  }

  /// BallRows in which the recurrent bias does nothing but add.
  virtual Index shared_rows() const { return gates_.recurrent->rows(); }

  Gated gates_;
  BallRows recurrent_;
  double gate_slope_, candidate_slope_, output_slope_;  ///< the largest of each function
};

/// c' = κ f c + i z, h' = o tanh(c'), state (c, h); κ the cap, 1 where there is none.
class PreparedLstm : public PreparedGates {
 public:
  using PreparedGates::PreparedGates;

  Image step(const CenteredState& s, const Balls& drive) const override {
    const Index n = gates_.n;
    const Ball cap(gates_.cap);
    const Vector<double> r_c = s.radius.head(n), r_h = s.radius.tail(n);
    const auto reaches = reaches_of(4, r_h);
    Balls next(s.middle.size()), by_i, by_f, by_z, own, out_i, out_f, out_z, by_o, out_own;
    for (Index j = 0; j < n; ++j) {
      const auto a = [&](Index gate) {
        return recurrent_.dot(gate * n + j, &s.middle[at(n)], drive[at(gate * n + j)]);
      };
      const Function &sigma = gates_.gates, &rho = gates_.candidate, &read = gates_.output;
      const Ball a_i = a(0), a_f = a(1), a_z = a(2), a_o = a(3);
      const Ball i = sigma.value(a_i), f = sigma.value(a_f), z = rho.value(a_z), o = sigma.value(a_o);
      const Ball c = cap * f * s.middle[at(j)] + i * z, t = read.value(c);
      next[at(j)] = c;
      next[at(n + j)] = o * t;
      // The same over the box: no function moves by more than its largest slope times its argument.
      const Precision narrow(kNarrow);
      const auto over = [&](const Ball& middle, std::size_t gate) {
        return widened_by(middle, scaled(reaches[gate](j), s.exponent));
      };
      const Ball box_i = over(a_i, 0), box_f = over(a_f, 1), box_z = over(a_z, 2), box_o = over(a_o, 3);
      const Ball i_box = moved_by(i, gate_slope_, reaches[0](j), s.exponent),
                 f_box = moved_by(f, gate_slope_, reaches[1](j), s.exponent),
                 z_box = moved_by(z, candidate_slope_, reaches[2](j), s.exponent),
                 o_box = moved_by(o, gate_slope_, reaches[3](j), s.exponent);
      const Ball before = widened_by(s.middle[at(j)], scaled(r_c(j), s.exponent));
      const Ball keep = cap * f_box;
      const Ball away((abs(keep * before + i_box * z_box - c)).upper());
      const Ball c_box = widened_by(c, away), t_box = widened_by(t, Ball(output_slope_) * away);
      const Ball out = o_box * read.slopes(c_box, t_box);
      by_i.push_back(z_box * sigma.slopes(box_i, i_box));
      by_f.push_back(before * cap * sigma.slopes(box_f, f_box));
      by_z.push_back(i_box * rho.slopes(box_z, z_box));
      by_o.push_back(t_box * sigma.slopes(box_o, o_box));
      own.push_back(keep);
      out_i.push_back(out * by_i.back());
      out_f.push_back(out * by_f.back());
      out_z.push_back(out * by_z.back());
      out_own.push_back(out * keep);
    }
    const auto block = [&](Index gate) { return gates_.recurrent->middleRows(gate * n, n); };
    const Coefficients i(by_i), f(by_f), z(by_z), o(by_o), oi(out_i), of(out_f), oz(out_z), c(own), out_c(out_own);
    const Linear cells =
        combined({{i, block(0), reaches[0]}, {f, block(1), reaches[1]}, {z, block(2), reaches[2]}}, nullptr, r_h);
    const Linear outputs = combined(
        {{oi, block(0), reaches[0]}, {of, block(1), reaches[1]}, {oz, block(2), reaches[2]}, {o, block(3), reaches[3]}},
        nullptr, r_h);
    Linear all{Matrix<double>(2 * n, 2 * n), Vector<double>(2 * n)};
    all.value << Matrix<double>(c.value.asDiagonal()), cells.value, Matrix<double>(out_c.value.asDiagonal()),
        outputs.value;
    all.off << (cells.off + spread(c, r_c)) * upwards(1), (outputs.off + spread(out_c, r_c)) * upwards(1);
    return {std::move(next), std::move(all)};
  }
};

/// h' = z h + (1 − z) n; the reset gate multiplies R_n h + b' (after) or h (before).
class PreparedGru : public PreparedGates {
 public:
  PreparedGru(const Gated& gates, bool after) : PreparedGates(gates), after_(after) {}

  Image step(const CenteredState& s, const Balls& drive) const override {
    const Index n = gates_.n;
    const auto reaches = reaches_of(3, s.radius);
    // Of every unit before the candidates, which read all of them.
    Balls reset, resets, reset_slopes, gated, reset_by;
    for (Index k = 0; k < n; ++k) {
      const Ball a = recurrent_.dot(k, s.middle.data(), drive[at(k)]), r = gates_.gates.value(a);
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
    const auto block = [&](Index gate) { return gates_.recurrent->middleRows(gate * n, n); };
    const Coefficients reset_box(resets), by_reset(reset_by);
    const Linear read = after_ ? Linear{} : combined({{by_reset, block(0), reaches[0]}}, &reset_box, s.radius);
    const Vector<double> candidate_reach = after_ ? reaches[2] : reach_of(block(2), moved(read, s.radius));
    Balls next, by_z, by_n, by_r, own;
    for (Index j = 0; j < n; ++j) {
      const Index row = 2 * n + j;
      const Ball a_z = recurrent_.dot(n + j, s.middle.data(), drive[at(n + j)]), z = gates_.gates.value(a_z);
      const Ball q = after_ ? recurrent_.dot(row, s.middle.data(), own_bias(row)) : Ball(0.0);
      const Ball a = after_ ? drive[at(row)] + reset[at(j)] * q : recurrent_.dot(row, gated.data(), drive[at(row)]);
      const Ball candidate = gates_.candidate.value(a);
      next.push_back(z * s.middle[at(j)] + (Ball(1.0) - z) * candidate);
      const Precision narrow(kNarrow);
      const Ball q_box = widened_by(q, scaled(candidate_reach(j), s.exponent));
      const Ball a_box = after_ ? widened_by(a, Ball(abs(drive[at(row)] + resets[at(j)] * q_box - a).upper()))
                                : widened_by(a, scaled(candidate_reach(j), s.exponent));
      const Ball n_box = widened_by(candidate, Ball(candidate_slope_) * Ball(abs(a_box - a).upper()));
      const Ball z_box = moved_by(z, gate_slope_, reaches[1](j), s.exponent);
      const Ball z_at = widened_by(a_z, scaled(reaches[1](j), s.exponent));
      const Ball h = widened_by(s.middle[at(j)], scaled(s.radius(j), s.exponent));
      const Ball through = (Ball(1.0) - z_box) * gates_.candidate.slopes(a_box, n_box);
      by_z.push_back((h - n_box) * gates_.gates.slopes(z_at, z_box));
      by_n.push_back(after_ ? through * resets[at(j)] : through);
      by_r.push_back(through * q_box * reset_slopes[at(j)]);
      own.push_back(z_box);
    }
    const Coefficients z(by_z), nn(by_n), r(by_r), kept(own);
    if (after_) {
      return {std::move(next),
              combined({{z, block(1), reaches[1]}, {nn, block(2), reaches[2]}, {r, block(0), reaches[0]}}, &kept,
                       s.radius)};
    }
    const Linear direct = combined({{z, block(1), reaches[1]}}, &kept, s.radius);
    const Linear candidates = chained(nn, block(2), read, s.radius);
    // One more rounding of each entry.
    const Vector<double> sums = reach_of(direct.value, s.radius) + reach_of(candidates.value, s.radius);
    return {std::move(next),
            {direct.value + candidates.value, (direct.off + candidates.off + 0x1p-52 * sums) * upwards(4)}};
  }

 private:
  Index shared_rows() const override { return after_ ? 2 * gates_.n : 3 * gates_.n; }
  Ball own_bias(Index row) const { return entry(gates_.recurrent_bias, row); }

  bool after_;
};

}  // namespace

bool says_only(const Layer& layer, std::initializer_list<std::string_view> known,
               std::initializer_list<std::string_view> functions) {
  return std::ranges::all_of(layer.attributes, [&](const auto& attribute) {
    std::string_view name = attribute.first;
    if (std::ranges::find(known, name) != known.end()) return true;
    for (const std::string_view end : {std::string_view("_slope"), std::string_view("_at_zero")}) {
      if (name.ends_with(end)) name.remove_suffix(end.size());
    }
    return std::ranges::find(functions, name) != functions.end();
  });
}

std::unique_ptr<PreparedLayer> prepare_sloped(const Layer& layer) {
  if (!says_only(layer, {"leak", "recurrent_bias"}, {"activation"})) return nullptr;
  auto map = sloped_of(layer);
  if (!map || !map->leak_makes_sense() || map->u == nullptr || map->u->rows() != map->n) return nullptr;
  for (const Matrix<double>* bias : {map->bias, map->recurrent_bias}) {
    if (bias != nullptr && (bias->rows() != map->n || bias->cols() != 1)) return nullptr;
  }
  return std::make_unique<PreparedSloped>(std::move(*map));
}

std::unique_ptr<PreparedLayer> prepare_lstm(const Layer& layer) {
  if (!says_only(layer, {"recurrent_bias", "cap"}, {"gates", "candidate", "output"})) return nullptr;
  const auto gates = read_gated(layer, 4);
  return gates ? std::make_unique<PreparedLstm>(*gates) : nullptr;
}

std::unique_ptr<PreparedLayer> prepare_gru(const Layer& layer) {
  if (!says_only(layer, {"reset", "recurrent_bias"}, {"gates", "candidate"})) return nullptr;
  const auto reset = layer.attributes.find("reset");
  const bool said = reset != layer.attributes.end() && (reset->second == "after" || reset->second == "before");
  const auto gates = read_gated(layer, 3);
  return said && gates ? std::make_unique<PreparedGru>(*gates, reset->second == "after") : nullptr;
}

std::unique_ptr<PreparedLayer> prepare(const Layer& layer, std::string& reason) {
  const KindProof* kind = find_kind_proof(layer.kind);
  std::unique_ptr<PreparedLayer> prepared;
  if (kind != nullptr && kind->prepare != nullptr) prepared = kind->prepare(layer);
  if (!prepared) reason = "no proof here for this cell of kind " + layer.kind;
  return prepared;
}

}  // namespace unrecur::verify
