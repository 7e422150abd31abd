#include <algorithm>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "theory/stable_sets/gru_bounds.h"
#include "theory/stable_sets/row_ball.h"
#include "theory/stable_sets/tracked_witness.h"

namespace unrecur {
namespace {

/// GRUs whose comparison matrices (theory/gated/comparison.h) have Mv ≤ λv for a witness v > 0, so that a step
/// contracts by λ in max |h_j|/v_j. At the upper end of the update gate, which is the worse one where λ ≤ 1, row j
/// reads
///
///     Σ_k (z_weight |R_z| + n_weight |R_n| + r_weight |R_r|)_jk v_k ≤ (λ − z̄_j) v_j
///
/// with the unit's own bounds (gru_row_weights): a weighted ℓ1 ball for the concatenated row [R_r, R_z, R_n]_j, in
/// which the projection is the nearest point for fixed v, z̄ and coefficients. With the reset gate before the product,
/// column k of R_n counts r̄_k v_k + s_rk (|R_r| v)_k instead of v_k, and R_r stays. Update gates stay below a ceiling.
/// Every 64 steps v is moved to the Perron vector of the present M. delta_iss takes the bounds of the worst unit for
/// all. Source: docs/theory.md, section 13.
class GruComparisonSet : public StableSet {
 public:
  explicit GruComparisonSet(const StableSetOptions& options)
      : inputs_(options.inputs), rate_(options.rate), ceiling_(options.ceiling) {
    if (ceiling_ == 0.0) ceiling_ = kCeiling * rate_;
    if (!(ceiling_ < rate_))
      throw UsageError(expected_but_found("a ceiling of the update gates below the rate of the set", ceiling_));
  }

  std::string name() const override { return "comparison_gru"; }

  void project(SequenceModel<float>& model) override {
    Matrix<float>& recurrent = recurrent_of(model, name());
    const OneThreadIfSmall threads(recurrent.cols());
    const Index n = recurrent.cols();
    hold_gate(model, inputs_, kUpdate, ceiling_);
    const GruRowWeights weights = gru_row_weights(model, inputs_);
    const bool after = resets_after(model.cell());
    if (witness_.due(n)) witness_.renew(comparison(recurrent, weights, after).cast<double>(), n);
    move_rows(recurrent, weights, after);
  }

  std::optional<UpperBound> prove(const SequenceModel<float>& model) const override {
    return prove_gru(model, inputs_);
  }

  Parameters<float> save() const override { return witness_.save(); }
  void restore(const Parameters<float>& state) override { witness_.restore(state); }

 private:
  static constexpr double kCeiling = 0.9;  ///< times λ
  static constexpr double kRoom = 1e-4;    ///< for the rounding of floats

  /// Where R_r scales the columns of R_n: r̄ + s_r |R_r|, else the identity.
  static Matrix<float> scaled_columns(const Matrix<float>& recurrent, const GruRowWeights& w) {
    const Index n = recurrent.cols();
    Matrix<float> through = w.reset_slope.asDiagonal() * recurrent.middleRows(kReset * n, n).cwiseAbs();
    through.diagonal() += w.reset;
    return through;
  }

  static Matrix<float> comparison(const Matrix<float>& recurrent, const GruRowWeights& w, bool after) {
    const Index n = recurrent.cols();
    const auto weighted = [&](const Vector<float>& weights, Index gate) -> Matrix<float> {
      return weights.asDiagonal() * recurrent.middleRows(gate * n, n).cwiseAbs();
    };
    Matrix<float> m = weighted(w.z_weight, kUpdate) + weighted(w.r_weight, kReset);
    const Matrix<float> own = weighted(w.n_weight, kNew);
    if (after) {
      m += own;
    } else {
      multiply<float>(own, scaled_columns(recurrent, w), m, 1.0F);
    }
    m.diagonal() += w.z;
    return m;
  }

  void move_rows(Matrix<float>& recurrent, const GruRowWeights& w, bool after) const {
    const Index n = recurrent.cols();
    const double rate = rate_ * (1.0 - kRoom);
    const Vector<float>& v = witness_.vector();
    const Vector<float> columns = after ? v : Vector<float>(scaled_columns(recurrent, w) * v);
    Matrix<float> rows = recurrent.transpose();
    Vector<float> row(3 * n), ball(3 * n);
    for (Index j = 0; j < n; ++j) {
      row << rows.col(kReset * n + j), rows.col(kUpdate * n + j), rows.col(kNew * n + j);
      ball << w.r_weight(j) * v, w.z_weight(j) * v, w.n_weight(j) * columns;
      project_row(row, ball, std::max(0.0, (rate - static_cast<double>(w.z(j))) * static_cast<double>(v(j))));
      rows.col(kReset * n + j) = row.head(n);
      rows.col(kUpdate * n + j) = row.segment(n, n);
      rows.col(kNew * n + j) = row.tail(n);
    }
    recurrent = rows.transpose();
  }

  InputBounds inputs_;
  double rate_, ceiling_;
  TrackedWitness witness_;
};

std::unique_ptr<StableSet> make_comparison_gru_set(const StableSetOptions& options) {
  return std::make_unique<GruComparisonSet>(options);
}

}  // namespace

namespace registry::sets {
extern const StableSetType comparison_gru;
const StableSetType comparison_gru{
    .name = "comparison_gru", .make = &make_comparison_gru_set, .cells = kGruCells, .proof = "comparison_matrix"};
}  // namespace registry::sets

}  // namespace unrecur
