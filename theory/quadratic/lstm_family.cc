// Gates i, f, z, o: c' = f c + i z, h' = o ρ(c'), state (c, h). With a = R h + U x + b the rows of the Jacobian are
//
//     ∂c'_j = f e_j + c f' R_f + z i' R_i + i z' R_z,     ∂h'_j = o ρ'(c') ∂c'_j + ρ(c') o' R_o,
//
// six factors for each unit.
#include <algorithm>
#include <array>

#include "theory/arithmetic/activation_bounds.h"
#include "theory/quadratic/jacobian_family.h"

namespace unrecur {
namespace {

class LstmFamily : public JacobianFamily {
 public:
  explicit LstmFamily(const BoxedLstm& lstm)
      : lstm_(lstm), w_(lstm.weights), drive_(w_, lstm.domain.inputs, w_.recurrent.rows()) {}

  Region domain() const override { return {drive_.inputs(), within(lstm_.domain.limits)}; }

  UncertainMatrix over(const Region& region) const override {
    const Index n = w_.n;
    const Intervals a = product(w_.recurrent, segment(region.state, n, n)) + drive_.over(region.inputs);
    UncertainMatrix set{Matrix<double>::Zero(2 * n, 2 * n), Matrix<double>::Zero(2 * n, 2 * n),
                        Matrix<double>::Zero(2 * n, 10 * n), Matrix<double>::Zero(2 * n, 10 * n),
                        Vector<double>::Zero(10 * n)};
    for (Index j = 0; j < n; ++j) fill(set, factors(a, region.state, j), j);
    return set;
  }

 private:
  struct Factors {
    std::array<Factor, 4> cell;  ///< of e_j, R_f, R_i and R_z in the row of c'
    Factor through, out;         ///< of that row and of R_o in the row of h'
  };

  Factors factors(const Intervals& a, const Intervals& state, Index j) const {
    const auto gate = [&](Index g) { return a[static_cast<std::size_t>(g * w_.n + j)]; };
    const auto value = [&](Index g) { return value_over(w_.gates, gate(g)); };
    const auto slope = [&](Index g) { return slope_over(w_.gates, gate(g)); };
    const Interval c = state[static_cast<std::size_t>(j)];
    const Interval i = value(0), f = value(1), z = value_over(w_.candidate, gate(2)), o = value(3);
    const double limit = lstm_.box.c(j);
    Interval next = f * c + i * z;  // c' keeps the limits that c keeps
    next = {std::clamp(next.low, -limit, limit), std::clamp(next.high, -limit, limit)};
    return {{Factor(f), Factor(c * slope(1)), Factor(z * slope(0)), Factor(i * slope_over(w_.candidate, gate(2)))},
            Factor(o * slope_over(w_.output, next)),
            Factor(value_over(w_.output, next) * slope(3))};
  }

  void fill(UncertainMatrix& set, const Factors& by, Index j) const {
    const Index n = w_.n;
    Matrix<double> rows = Matrix<double>::Zero(2 * n, 4);  // e_j, R_f, R_i, R_z as the factors of by.cell want them
    rows(j, 0) = 1.0;
    rows.col(1).tail(n) = w_.recurrent.row(n + j);
    rows.col(2).tail(n) = w_.recurrent.row(j);
    rows.col(3).tail(n) = w_.recurrent.row(2 * n + j);
    Vector<double> out = Vector<double>::Zero(2 * n), cell = out, size = out;
    out.tail(n) = w_.recurrent.row(3 * n + j);
    for (Index k = 0; k < 4; ++k) {
      const Factor& factor = by.cell[static_cast<std::size_t>(k)];
      cell += factor.middle * rows.col(k);
      size += factor.magnitude() * rows.col(k).cwiseAbs();
      // Moves c' and, through it, h'; then what the two factors do together.
      add(set, k * n + j, Vector<double>::Unit(2 * n, j) + by.through.middle * Vector<double>::Unit(2 * n, n + j),
          rows.col(k), factor.radius);
      add(set, (4 + k) * n + j, Vector<double>::Unit(2 * n, n + j), rows.col(k),
          multiply_up(factor.radius, by.through.radius));
    }
    add(set, 8 * n + j, Vector<double>::Unit(2 * n, n + j), cell, by.through.radius);
    add(set, 9 * n + j, Vector<double>::Unit(2 * n, n + j), out, by.out.radius);
    set.center.row(j) = cell;
    set.center.row(n + j) = by.through.middle * cell + by.out.middle * out;
    constexpr double roundings = 64.0 * kUnitRoundoff;
    set.slack.row(j) = roundings * size;
    set.slack.row(n + j) = roundings * (by.through.magnitude() * size + by.out.magnitude() * out.cwiseAbs());
  }

  static void add(UncertainMatrix& set, Index term, const Vector<double>& left, const Vector<double>& right,
                  double radius) {
    set.left.col(term) = left;
    set.right.col(term) = right;
    set.radius(term) = radius;
  }

  const BoxedLstm& lstm_;
  const GatedWeights& w_;
  RegionDrive drive_;
};

}  // namespace

std::unique_ptr<JacobianFamily> lstm_jacobians(const BoxedLstm& lstm) {
  return std::make_unique<LstmFamily>(lstm);
}

}  // namespace unrecur
