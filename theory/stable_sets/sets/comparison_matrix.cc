#include <algorithm>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "theory/stable_sets/lstm_bounds.h"
#include "theory/stable_sets/row_ball.h"
#include "theory/stable_sets/tracked_witness.h"

namespace unrecur {
namespace {

/// LSTMs whose comparison matrix M (theory/gated/comparison.h) has Mv ≤ λv for a witness v = (v_c, v_h) > 0, so that a
/// step contracts by λ in max(|c_j|/v_cj, |h_j|/v_hj). Row j of it reads, with the unit's own bounds,
///
///     Σ_k (f_weight |R_f| + i_weight |R_i| + g_weight |R_g|)_jk v_hk ≤ (λ − f̄_j) v_cj,
///     Σ_k o_weight_j |R_o|_jk v_hk ≤ λ v_hj − ō_j Σ_k M_jk v_k,
///
/// weighted ℓ1 balls for the concatenated row [R_i, R_f, R_g]_j and for the row of R_o: for fixed v, f̄ and coefficients
/// the projection is the nearest point. Forget gates stay below a ceiling, or have a cap. Every 64 steps v is moved to
/// the Perron vector of the present M, held to v_c ≤ v_h, where every row has room. Source: docs/theory.md, section 13.
class ComparisonSet : public StableSet {
 public:
  explicit ComparisonSet(const StableSetOptions& options)
      : inputs_(options.inputs), rate_(options.rate), ceiling_(options.ceiling) {
    if (ceiling_ == 0.0) ceiling_ = kCeiling * rate_;
    if (!(ceiling_ < rate_))
      throw UsageError(expected_but_found("a ceiling of the forget gates below the rate of the set", ceiling_));
  }

  std::string name() const override { return "comparison_matrix"; }

  void project(SequenceModel<float>& model) override {
    Matrix<float>& recurrent = recurrent_of(model, name());
    const OneThreadIfSmall threads(recurrent.cols());
    const Index n = recurrent.cols();
    hold_forget_gate(model, inputs_, ceiling_, rate_);
    const LstmRowWeights weights = lstm_row_weights(model, inputs_);
    if (witness_.due(2 * n)) refresh(floating_comparison(recurrent, weights));
    move_rows(recurrent, weights);
  }

  std::optional<UpperBound> prove(const SequenceModel<float>& model) const override {
    return prove_lstm(model, inputs_);
  }

  Parameters<float> save() const override { return witness_.save(); }
  void restore(const Parameters<float>& state) override { witness_.restore(state); }

 private:
  static constexpr double kCeiling = 0.9;  ///< times λ
  static constexpr double kRoom = 1e-4;    ///< for the rounding of floats

  void refresh(const Matrix<double>& m) {
    const Index n = m.rows() / 2;
    if (!witness_.renew(m, n)) return;
    Vector<float>& v = witness_.vector();
    v.head(n) = v.head(n).cwiseMin(v.tail(n));
  }

  void move_rows(Matrix<float>& recurrent, const LstmRowWeights& w) const {
    const Index n = recurrent.cols();
    const double rate = rate_ * (1.0 - kRoom);
    const Matrix<float> rows = recurrent.transpose();
    Matrix<float> moved = rows;
    const Vector<float>& both = witness_.vector();
    const Vector<float> v = both.tail(n);
    Vector<float> row(3 * n), ball(3 * n);
    for (Index j = 0; j < n; ++j) {
      row << rows.col(kInput * n + j), rows.col(kForget * n + j), rows.col(kCandidate * n + j);
      ball << w.i_weight(j) * v, w.f_weight(j) * v, w.g_weight(j) * v;
      const double kept = static_cast<double>(w.f(j)) * both(j);
      project_row(row, ball, std::max(0.0, rate * both(j) - kept));
      moved.col(kInput * n + j) = row.head(n);
      moved.col(kForget * n + j) = row.segment(n, n);
      moved.col(kCandidate * n + j) = row.tail(n);
      const double through = w.o(j) * (kept + row.cwiseAbs().cast<double>().dot(ball.cast<double>()));
      project_row(moved.col(kOutput * n + j), w.o_weight(j) * v, std::max(0.0, rate * v(j) - through));
    }
    recurrent = moved.transpose();
  }

  InputBounds inputs_;
  double rate_, ceiling_;
  TrackedWitness witness_;  ///< (v_c, v_h)
};

std::unique_ptr<StableSet> make_comparison_matrix_set(const StableSetOptions& options) {
  return std::make_unique<ComparisonSet>(options);
}

}  // namespace

namespace registry::sets {
extern const StableSetType comparison_matrix;
const StableSetType comparison_matrix{.name = "comparison_matrix",
                                      .make = &make_comparison_matrix_set,
                                      .cells = kLstmCellsWithCap,
                                      .proof = "comparison_matrix"};
}  // namespace registry::sets

}  // namespace unrecur
