// Gates r, z, n: h' = z h + (1 − z) n. With y the candidate's preactivation,
//
//     ∂h'_j = z e_j + (h − n) z' R_z + (1 − z) n' ∂y_j,
//     ∂y_j = r R_n + q r' R_r with q = R_n h + b' (reset after the product),
//     ∂y_j = Σ_k R_n,jk (r_k e_k + h_k r'_k R_r,k) (reset before it),
//
// five factors for each unit.
#include "theory/gated/gate_factors.h"
#include "theory/quadratic/jacobian_family.h"

namespace unrecur {
namespace {

class GruFamily : public JacobianFamily {
 public:
  explicit GruFamily(const BoxedGru& gru)
      : gru_(gru),
        w_(gru.weights),
        after_(gru.reset == Reset::after),
        drive_(w_, gru.domain.inputs, (after_ ? 2 : 3) * w_.n),
        inner_bias_(Vector<double>::Zero(w_.n)) {
    if (after_ && w_.recurrent_bias.size() > 0) inner_bias_ = w_.recurrent_bias.tail(w_.n);
  }

  Region domain() const override { return {drive_.inputs(), states_of(gru_.domain)}; }

  UncertainMatrix over(const Region& region) const override {
    const Index n = w_.n, terms = after_ ? 7 * n : 5 * n + 2 * n * n;
    UncertainMatrix set = UncertainMatrix::zero(n, terms);
    const std::optional<Intervals> drive = drive_.over(region.inputs);
    set.empty = !drive;
    if (set.empty) return set;
    const Factors by = factors(region.state, *drive);
    const Candidate inner = after_ ? candidate_after(by) : candidate_before(by);
    for (Index j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const Factor &keep = by.keep[at], &update = by.update[at], &through = by.through[at];
      const Vector<double> own = Vector<double>::Unit(n, j), gate = w_.recurrent.row(n + j);
      set.set_term(j, own, own, keep.radius);
      set.set_term(n + j, own, gate, update.radius);
      set.set_term(2 * n + j, own, inner.middle.row(j), through.radius);
      set.center.row(j) = keep.middle * own + update.middle * gate + through.middle * inner.middle.row(j).transpose();
      set.slack.row(j) = roundings() * (keep.magnitude() * own + update.magnitude() * gate.cwiseAbs() +
                                        through.magnitude() * inner.size.row(j).transpose());
    }
    after_ ? add_reset_after(set, by) : add_reset_before(set, by);
    return set;
  }

 private:
  struct Factors {
    std::vector<Factor> keep, update, through;  ///< of e_j, R_z and ∂y_j in the row of h'
    std::vector<Factor> open, reset;            ///< r, and q r' or h r'
  };
  /// ∂y at the middle of the factors, and how large it can be.
  struct Candidate {
    Matrix<double> middle, size;
  };

  double roundings() const { return static_cast<double>(64 + 4 * w_.n) * kUnitRoundoff; }

  static std::vector<Factor> each(const Intervals& ranges) { return {ranges.begin(), ranges.end()}; }

  Factors factors(const Intervals& h, const Intervals& drive) const {
    const GruFactors by = gru_factors(w_, after_, inner_bias_, h, drive);
    return {each(by.keep), each(by.update), each(by.through), each(by.open), each(by.reset)};
  }

  Candidate candidate_after(const Factors& by) const {
    Candidate inner{Matrix<double>(w_.n, w_.n), Matrix<double>(w_.n, w_.n)};
    for (Index j = 0; j < w_.n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const auto product = w_.recurrent.row(2 * w_.n + j), gate = w_.recurrent.row(j);
      inner.middle.row(j) = by.open[at].middle * product + by.reset[at].middle * gate;
      inner.size.row(j) = by.open[at].magnitude() * product.cwiseAbs() + by.reset[at].magnitude() * gate.cwiseAbs();
    }
    return inner;
  }

  Candidate candidate_before(const Factors& by) const {
    Matrix<double> middle(w_.n, w_.n), size(w_.n, w_.n);
    for (Index k = 0; k < w_.n; ++k) {
      const auto at = static_cast<std::size_t>(k);
      middle.row(k) = by.reset[at].middle * w_.recurrent.row(k);
      size.row(k) = by.reset[at].magnitude() * w_.recurrent.row(k).cwiseAbs();
      middle(k, k) += by.open[at].middle;
      size(k, k) += by.open[at].magnitude();
    }
    return {w_.recurrent_of(2) * middle, w_.recurrent_of(2).cwiseAbs() * size};
  }

  void add_reset_after(UncertainMatrix& set, const Factors& by) const {
    const Index n = w_.n;
    for (Index j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const Factor &through = by.through[at], &open = by.open[at], &reset = by.reset[at];
      const Vector<double> own = Vector<double>::Unit(n, j), product = w_.recurrent.row(2 * n + j),
                           gate = w_.recurrent.row(j);
      set.set_term(3 * n + j, through.middle * own, product, open.radius);
      set.set_term(4 * n + j, through.middle * own, gate, reset.radius);
      set.set_term(5 * n + j, own, product, multiply_up(open.radius, through.radius));
      set.set_term(6 * n + j, own, gate, multiply_up(reset.radius, through.radius));
    }
  }

  /// A reset gate acts on all rows, with R_n,jk through_j; so what it does together with through_j has terms of its own
  /// for every pair (j, k).
  void add_reset_before(UncertainMatrix& set, const Factors& by) const {
    const Index n = w_.n;
    Vector<double> through(n);
    for (Index j = 0; j < n; ++j) through(j) = by.through[static_cast<std::size_t>(j)].middle;
    for (Index k = 0; k < n; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const Vector<double> column = w_.recurrent_of(2).col(k), own = Vector<double>::Unit(n, k),
                           gate = w_.recurrent.row(k), left = through.cwiseProduct(column);
      set.set_term(3 * n + k, left, own, by.open[at].radius);
      set.set_term(4 * n + k, left, gate, by.reset[at].radius);
      for (Index j = 0; j < n; ++j) {
        const double weight = multiply_up(by.through[static_cast<std::size_t>(j)].radius, std::abs(column(j)));
        const Vector<double> row = Vector<double>::Unit(n, j);
        set.set_term(5 * n + k * n + j, row, own, multiply_up(weight, by.open[at].radius));
        set.set_term(5 * n + n * n + k * n + j, row, gate, multiply_up(weight, by.reset[at].radius));
      }
    }
  }

  const BoxedGru& gru_;
  const GatedWeights& w_;
  bool after_;
  RegionDrive drive_;
  Vector<double> inner_bias_;
};

}  // namespace

std::unique_ptr<JacobianFamily> gru_jacobians(const BoxedGru& gru) {
  return std::make_unique<GruFamily>(gru);
}

}  // namespace unrecur
