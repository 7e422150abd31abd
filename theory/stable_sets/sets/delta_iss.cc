#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "theory/stable_sets/gru_bounds.h"
#include "theory/stable_sets/row_ball.h"

namespace unrecur {
namespace {

/// GRUs that forget incrementally, for a rate λ: update gates at most z̄ < λ, and with r = λ − z̄ every row of
///
///     ‖R_z‖₁ ≤ r    ‖R_n‖₁ ≤ a    ‖R_r‖₁ ≤ 4 (l − a)/(a + β),    l = r / (2 (1 − z̄)),  a = 4l/5,
///
/// β the largest |b_hn| where the reset gate comes after the product, else 0. Then the candidate's gain is at most
/// a + ¼ ‖R_r‖ (a + β) ≤ l, and z̄ + (1 − z̄) l + ½ ‖R_z‖ ≤ λ bounds the rate in ‖h‖_∞. Rows move to the nearest point;
/// the input rows of the update gates are scaled. Source: Bonassi, Farina, Scattolini, arXiv:2011.06806;
/// docs/theory.md, section 13.
class DeltaIssSet : public StableSet {
 public:
  explicit DeltaIssSet(const StableSetOptions& options)
      : inputs_(options.inputs), rate_(options.rate), ceiling_(options.ceiling) {
    if (ceiling_ == 0.0) ceiling_ = kCeiling * rate_;
    if (!(ceiling_ < rate_))
      throw UsageError(expected_but_found("a ceiling of the update gates below the rate of the set", ceiling_));
  }

  std::string name() const override { return "delta_iss"; }

  void project(SequenceModel<float>& model) override {
    Matrix<float>& recurrent = recurrent_of(model, name());
    const Cell<float>& cell = model.cell();
    const OneThreadIfSmall threads(recurrent.cols());
    const Index n = recurrent.cols();
    const double r = (rate_ - ceiling_) * (1.0 - kRoom), l = r / (2.0 * (1.0 - ceiling_)), a = 0.8 * l;
    const double bounds[] = {4.0 * (l - a) / (a + own_drive(cell)), r, a};
    Matrix<float> rows = recurrent.transpose();
    const Vector<float> ones = Vector<float>::Ones(n);
    for (Index j = 0; j < rows.cols(); ++j) project_row(rows.col(j), ones, bounds[j / n]);
    recurrent = rows.transpose();
    hold_gate(model, inputs_, kUpdate, ceiling_);
  }

  std::optional<UpperBound> prove(const SequenceModel<float>& model) const override {
    return prove_gru(model, inputs_);
  }

 private:
  static constexpr double kCeiling = 0.7;  ///< times λ
  static constexpr double kRoom = 1e-4;    ///< for the rounding of floats

  /// β: what reaches the product that the reset gate scales beside R_n h.
  static double own_drive(const Cell<float>& cell) {
    const auto* bias = find_parameter(cell.parameters(), "bias_hh_l0");
    if (bias == nullptr || !resets_after(cell)) return 0.0;
    return bias->bottomRows(bias->rows() / 3).cwiseAbs().maxCoeff();
  }

  InputBounds inputs_;
  double rate_, ceiling_;
};

std::unique_ptr<StableSet> make_delta_iss_set(const StableSetOptions& options) {
  return std::make_unique<DeltaIssSet>(options);
}

}  // namespace

namespace registry::sets {
extern const StableSetType delta_iss;
const StableSetType delta_iss{
    .name = "delta_iss", .make = &make_delta_iss_set, .cells = kGruCells, .proof = "delta_iss"};
}  // namespace registry::sets

}  // namespace unrecur
