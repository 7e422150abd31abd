#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/layers/cell_registry.h"
#include "theory/slope/contraction.h"
#include "theory/stable_sets/stable_set.h"
#include "theory/stable_sets/tracked_ball.h"

namespace unrecur {
namespace {

/// Room between the radius that is clipped at and λ: for the rounding of stored floats, and for a singular value that
/// rises from outside the tracked block and is found a step or two late (up to 5e-5 seen).
constexpr double kMargin = 2e-4;

/// {‖W‖₂ ≤ λ} for Elman and linear cells: the paper's stable set, by exact projection after every step. The rate of the
/// cell is at most λ where ρ has slopes in [−1, 1] and there is no leak; prove() looks at the cell as it is.
class SpectralSet : public StableSet {
 public:
  explicit SpectralSet(const StableSetOptions& options) : ball_(options.rate * (1.0 - kMargin)) {}

  std::string name() const override { return "spectral"; }

  void project(SequenceModel<float>& model) override {
    Matrix<float>& recurrent = recurrent_of(model, name());
    const OneThreadIfSmall threads(recurrent.rows());
    ball_.project(recurrent);
  }

  std::optional<UpperBound> prove(const SequenceModel<float>& model) const override {
    const Cell<float>& cell = model.cell();
    const OneThreadIfSmall threads(cell.shape().state);
    const auto exact = cast_cell<double>(cell);
    const auto map = slope_map(*exact);
    const auto certificate = map ? certify_spectral_norm(*map) : std::nullopt;
    if (!certificate || !(certificate->rate.value < 1.0)) return std::nullopt;
    return certificate->rate;
  }

  Parameters<float> save() const override { return ball_.save(); }
  void restore(const Parameters<float>& state) override { ball_.restore(state); }

 private:
  TrackedBall ball_;
};

std::unique_ptr<StableSet> make_spectral_set(const StableSetOptions& options) {
  return std::make_unique<SpectralSet>(options);
}

}  // namespace

namespace registry::sets {
constexpr std::string_view kSlopedCells[] = {"elman", "linear"};
extern const StableSetType spectral;
const StableSetType spectral{
    .name = "spectral", .make = &make_spectral_set, .cells = kSlopedCells, .proof = "spectral_norm", .version = 2};
}  // namespace registry::sets

}  // namespace unrecur
