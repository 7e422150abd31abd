// Gates i, f, z, o: c' = f c + i z, h' = o ρ(c'), state (c, h). With a = R h + U x + b the rows of the Jacobian are
//
//     ∂c'_j = f e_j + c f' R_f + z i' R_i + i z' R_z,     ∂h'_j = o ρ'(c') ∂c'_j + ρ(c') o' R_o,
//
// six factors for each unit.
#include <algorithm>
#include <array>

#include "theory/arithmetic/nonnegative.h"
#include "theory/gated/gate_factors.h"
#include "theory/quadratic/jacobian_family.h"

namespace unrecur {
namespace {

class LstmFamily : public JacobianFamily {
 public:
  explicit LstmFamily(const BoxedLstm& lstm)
      : w_(lstm.weights),
        rows_(rows_of(w_)),
        drive_(w_, lstm.domain.inputs, w_.recurrent.rows()),
        states_(states_of(lstm.domain)) {
    if (lstm.domain.lean.size() == 0) return;
    lean_ = lstm.domain.lean;
    leaning_ = w_.recurrent * lean_.asDiagonal();
    for (Index j = 0; j < w_.n; ++j) off_.push_back({lstm.domain.off_low(j), lstm.domain.off_high(j)});
  }

  Region domain() const override {
    Region all{drive_.inputs(), states_};
    std::copy(off_.begin(), off_.end(), all.state.begin() + (std::ssize(all.state) - std::ssize(off_)));
    return all;
  }

  UncertainMatrix over(const Region& region) const override {
    const Index n = w_.n;
    bool empty = false;
    Intervals a = recurrent(region.state, empty);
    const std::optional<Intervals> drive = drive_.over(region.inputs);
    empty = empty || !drive;
    if (!empty) a = std::move(a) + *drive;
    UncertainMatrix set = UncertainMatrix::zero(2 * n, 10 * n);
    set.empty = empty;
    for (Index j = 0; j < n && !empty; ++j) fill(set, factors(a, region.state, j), j);
    return set;
  }

 private:
  struct Factors {
    std::array<Factor, 4> cell;  ///< of e_j, R_f, R_i and R_z in the row of c'
    Factor through, out;         ///< of that row and of R_o in the row of h'
  };

  /// R h: for h within the box, and with h = lean c + off once more, so that what c and h share is counted once. Where
  /// the two exclude each other no state of the box lies in the region.
  Intervals recurrent(const Intervals& state, bool& empty) const {
    const Index n = w_.n;
    const Intervals c = segment(state, 0, n), off = segment(state, n, n);
    if (lean_.size() == 0) return product(w_.recurrent, off);
    Intervals h = off;
    Vector<double> size(n);
    for (std::size_t k = 0; k < h.size(); ++k) {
      const Interval lean = exactly(lean_(static_cast<Index>(k))), kept = states_[k + h.size()];
      const Interval own = lean * c[k] + off[k];
      h[k] = {std::max(own.low, kept.low), std::min(own.high, kept.high)};
      empty = empty || h[k].low > h[k].high;
      size(static_cast<Index>(k)) = (lean * c[k]).magnitude();
    }
    if (empty) return {};
    Intervals a = product(w_.recurrent, h);
    const Intervals together = product(leaning_, c) + product(w_.recurrent, off);
    // Every entry of leaning_ was rounded once.
    const Vector<double> rounding = product_up(w_.recurrent.cwiseAbs(), size);
    for (std::size_t row = 0; row < a.size(); ++row) {
      const double error = multiply_up(2.0 * kUnitRoundoff, rounding(static_cast<Index>(row)));
      const Interval other = together[row] + Interval{-error - kUnderflow, error + kUnderflow};
      a[row] = {std::max(a[row].low, other.low), std::min(a[row].high, other.high)};
      empty = empty || a[row].low > a[row].high;
    }
    return a;
  }

  Factors factors(const Intervals& a, const Intervals& state, Index j) const {
    const auto gate = [&](Index g) { return a[static_cast<std::size_t>(g * w_.n + j)]; };
    LstmCellFactors cell = lstm_cell_factors(w_, gate(0), gate(1), gate(2), state[static_cast<std::size_t>(j)]);
    const Interval kept = states_[static_cast<std::size_t>(j)];  // by c', as by c
    cell.next = {std::clamp(cell.next.low, kept.low, kept.high), std::clamp(cell.next.high, kept.low, kept.high)};
    const LstmOutputFactors hidden = lstm_output_factors(w_, gate(3), cell.next);
    return {{Factor(cell.own), Factor(cell.by_f), Factor(cell.by_i), Factor(cell.by_z)},
            Factor(hidden.through),
            Factor(hidden.by_o)};
  }

  void fill(UncertainMatrix& set, const Factors& by, Index j) const {
    const Index n = w_.n;
    Vector<double> cell = Vector<double>::Zero(2 * n), size = cell;
    for (Index k = 0; k < 4; ++k) {
      const Factor& factor = by.cell[static_cast<std::size_t>(k)];
      const auto row = rows_.col(k * n + j);
      cell += factor.middle * row;
      size += factor.magnitude() * row.cwiseAbs();
      // Moves c' and, through it, h'; then what the two factors do together.
      set.left(j, k * n + j) = 1.0;
      set.left(n + j, k * n + j) = by.through.middle;
      set.right.col(k * n + j) = row;
      set.radius(k * n + j) = factor.radius;
      set.left(n + j, (4 + k) * n + j) = 1.0;
      set.right.col((4 + k) * n + j) = row;
      set.radius((4 + k) * n + j) = multiply_up(factor.radius, by.through.radius);
    }
    const auto out = rows_.col(4 * n + j);
    set.left(n + j, 8 * n + j) = set.left(n + j, 9 * n + j) = 1.0;
    set.right.col(8 * n + j) = cell;
    set.right.col(9 * n + j) = out;
    set.radius(8 * n + j) = by.through.radius;
    set.radius(9 * n + j) = by.out.radius;
    set.center.row(j) = cell;
    set.center.row(n + j) = by.through.middle * cell + by.out.middle * out;
    constexpr double roundings = 64.0 * kUnitRoundoff;
    set.slack.row(j) = roundings * size;
    set.slack.row(n + j) = roundings * (by.through.magnitude() * size + by.out.magnitude() * out.cwiseAbs());
  }

  /// e_j, R_f, R_i, R_z and R_o of all units, as columns over (c, h): what the factors of by.cell and by.out want.
  static Matrix<double> rows_of(const GatedWeights& w) {
    const Index n = w.n;
    Matrix<double> rows = Matrix<double>::Zero(2 * n, 5 * n);
    rows.topLeftCorner(n, n).setIdentity();
    constexpr std::array<Index, 4> gates{1, 0, 2, 3};
    for (std::size_t k = 0; k < gates.size(); ++k) {
      rows.block(n, (static_cast<Index>(k) + 1) * n, n, n) = w.recurrent_of(gates[k]).transpose();
    }
    return rows;
  }

  const GatedWeights& w_;
  Matrix<double> rows_;
  RegionDrive drive_;
  Intervals states_;
  Vector<double> lean_;     ///< empty where the domain has no band
  Matrix<double> leaning_;  ///< R diag(lean), rounded
  Intervals off_;
};

}  // namespace

std::unique_ptr<JacobianFamily> lstm_jacobians(const BoxedLstm& lstm) {
  return std::make_unique<LstmFamily>(lstm);
}

}  // namespace unrecur
