#include <utility>

#include "theory/verify/arb/runs/prepared_gates.h"

namespace unrecur::verify {
namespace {

/// c' = κ f c + i z, h' = o tanh(c'), state (c, h); κ the cap, 1 where there is none.
class PreparedLstm : public PreparedGates {
 public:
  PreparedLstm(const Gated& gates, Inlet inlet) : PreparedGates(gates, inlet), rows_(read_) {}

  Image step(const CenteredState& s, const Balls& drive) const override {
    const Index n = gates_.n, reads = read_.cols();
    const Ball cap(gates_.cap);
    const Vector<double> r_c = s.radius.head(n), r_read = s.radius.tail(reads);
    const auto reaches = reaches_of(4, r_read);
    Balls next(2 * at(n)), by_i, by_f, by_z, own, out_i, out_f, out_z, by_o, out_own;
    for (Index j = 0; j < n; ++j) {
      const auto a = [&](Index gate) { return rows_.dot(gate * n + j, &s.middle[at(n)], drive[at(gate * n + j)]); };
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
    const Coefficients i(by_i), f(by_f), z(by_z), o(by_o), oi(out_i), of(out_f), oz(out_z), c(own), out_c(out_own);
    const Linear cells =
        combined({{i, block(0), reaches[0]}, {f, block(1), reaches[1]}, {z, block(2), reaches[2]}}, nullptr, r_read);
    const Linear outputs = combined(
        {{oi, block(0), reaches[0]}, {of, block(1), reaches[1]}, {oz, block(2), reaches[2]}, {o, block(3), reaches[3]}},
        nullptr, r_read);
    Linear all{Matrix<double>(2 * n, n + reads), Vector<double>(2 * n)};
    all.value << Matrix<double>(c.value.asDiagonal()), cells.value, Matrix<double>(out_c.value.asDiagonal()),
        outputs.value;
    all.off << (cells.off + spread(c, r_c)) * upwards(1), (outputs.off + spread(out_c, r_c)) * upwards(1);
    return {std::move(next), std::move(all)};
  }

 private:
  BallRows rows_;
};

}  // namespace

std::unique_ptr<PreparedLayer> prepare_lstm(const Layer& layer, Inlet inlet) {
  if (!says_only(layer, {"recurrent_bias", "cap"}, {"gates", "candidate", "output"})) return nullptr;
  const auto gates = read_gated(layer, 4);
  return gates ? std::make_unique<PreparedLstm>(*gates, inlet) : nullptr;
}

}  // namespace unrecur::verify
