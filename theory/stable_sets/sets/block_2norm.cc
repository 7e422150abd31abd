#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "theory/projections/singular_clip.h"
#include "theory/stable_sets/lstm_bounds.h"

namespace unrecur {
namespace {

/// LSTMs that contract by λ in ‖(x ∘ c, h)‖₂ with a weight x_j of its own for every cell: the 2-norm of R grows like √n
/// where its row sums grow like n.
///
/// With every row of R scaled, u = S R Δh has ‖u‖ ≤ ‖Δh‖ where ‖S R‖₂ ≤ 1, and unit j does the rest alone, by
///
///     K_j = [ f̄_j         x_j κ_j    0  ]    κ_j² = Σ (weight of gate / scale of its row)², gates i, f, g
///           [ ō_j f̄_j/x_j  ō_j κ_j   q_j ]    q_j = o_weight / scale.
///
/// ‖K_j‖ ≤ λ for κ_j = (λ² − f̄²)/(2 ō √(λ² + f̄²)), q_j = λ/√2 and x_j² = 2 ō² (λ² + f̄²)/(λ² − f̄²). These are the
/// scales; the three gates share κ_j² evenly. The projection is the nearest R in ‖S(R − P)‖_F: the singular values of S
/// R are clipped at 1, all from one decomposition: a step of plain SGD moves S R by several times its
/// norm, so that triples of the step before are no start. Clipping may lengthen a row in ‖·‖₁, and with it the range of
/// a gate: such rows are scaled back to their length before, which keeps ‖S R‖₂ ≤ 1. Source: docs/theory.md; the proof
/// is certify_lstm_block_2norm.
class Block2NormSet : public StableSet {
 public:
  explicit Block2NormSet(const StableSetOptions& options)
      : inputs_(options.inputs),
        rate_(options.rate),
        ceiling_(options.ceiling == 0.0 ? kCeiling * options.rate : options.ceiling) {
    if (!(ceiling_ < rate_))
      throw UsageError(expected_but_found("a ceiling of the forget gates below the rate of the set", ceiling_));
  }

  std::string name() const override { return "block_2norm"; }

  void project(SequenceModel<float>& model) override {
    Matrix<float>& recurrent = recurrent_of(model, name());
    const OneThreadIfSmall threads(recurrent.cols());
    hold_forget_gate(model, inputs_, ceiling_, rate_);
    const Vector<float> scales = scales_for(lstm_row_weights(model, inputs_));
    const Vector<float> reach = recurrent.cwiseAbs().rowwise().sum();
    Matrix<float> scaled = scales.asDiagonal() * recurrent;
    if (clip_singular_values(scaled, 1.0 - kRoom).clipped == 0) return;
    recurrent = scales.cwiseInverse().asDiagonal() * scaled;
    const Vector<float> after = recurrent.cwiseAbs().rowwise().sum().cwiseMax(1e-30F);
    recurrent.array().colwise() *= reach.cwiseQuotient(after).cwiseMin(1.0F).array();
  }

  std::optional<UpperBound> prove(const SequenceModel<float>& model) const override {
    return prove_lstm(model, inputs_);
  }

 private:
  static constexpr double kCeiling = 0.9;  ///< times λ
  static constexpr double kRoom = 2e-4;    ///< for the rounding of floats

  /// The scales of all rows. Infinite ones, where f̄ reaches λ, would clip R to nothing: they are held finite.
  Vector<float> scales_for(const LstmRowWeights& w) const {
    const Index n = w.f.size();
    Vector<float> scales(4 * n);
    const double l2 = rate_ * rate_, q = rate_ / std::sqrt(2.0);
    for (Index j = 0; j < n; ++j) {
      const double f2 = static_cast<double>(w.f(j)) * w.f(j);
      const double kappa = std::max(1e-6, l2 - f2) / (2.0 * w.o(j) * std::sqrt(l2 + f2));
      const auto share = [&](float weight) { return static_cast<float>(std::sqrt(3.0) * weight / kappa); };
      scales(kInput * n + j) = share(w.i_weight(j));
      scales(kForget * n + j) = share(w.f_weight(j));
      scales(kCandidate * n + j) = share(w.g_weight(j));
      scales(kOutput * n + j) = static_cast<float>(w.o_weight(j) / q);
    }
    return scales.cwiseMax(1e-6F);
  }

  InputBounds inputs_;
  double rate_, ceiling_;
};

std::unique_ptr<StableSet> make_block_2norm_set(const StableSetOptions& options) {
  return std::make_unique<Block2NormSet>(options);
}

}  // namespace

namespace registry::sets {
extern const StableSetType block_2norm;
const StableSetType block_2norm{.name = "block_2norm",
                                .make = &make_block_2norm_set,
                                .cells = kLstmCellsWithCap,
                                .proof = "block_2norm",
                                .version = 2};
}  // namespace registry::sets

}  // namespace unrecur
