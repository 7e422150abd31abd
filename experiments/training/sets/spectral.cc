#include "experiments/training/stable_set.h"
#include "models/cell_registry.h"
#include "models/errors.h"
#include "models/product.h"
#include "theory/contraction.h"
#include "theory/projection.h"

namespace unrecur {
namespace {

/// Up to this size the full spectrum costs about what the block does, and misses nothing. (With a block alone a run of
/// n = 100 was once seen at a norm of 0.994 for a bound of 0.95.)
constexpr Index kSmall = 128;
/// Above it the block is replaced by the full spectrum after so many steps.
constexpr int kRefresh = 64;

/// Room between the radius that is clipped at and λ: for the rounding of stored floats, and for a singular value that
/// rises from outside the tracked block and is found a step or two late (up to 5e-5 seen).
constexpr double kMargin = 2e-4;

/// {‖W‖₂ ≤ λ} for Elman and linear cells: the paper's stable set, by exact projection after every step. The rate of the
/// cell is at most λ where ρ has slopes in [−1, 1] and there is no leak; prove() looks at the cell as it is.
class SpectralSet : public StableSet {
 public:
  explicit SpectralSet(const StableSetOptions& options)
      : projection_({.rate = options.rate * (1.0 - kMargin), .small = kSmall}) {}

  std::string name() const override { return "spectral"; }

  void project(SequenceModel<float>& model) override {
    Cell<float>& cell = model.cell();
    if (cell.kind() != "elman" && cell.kind() != "linear") {
      throw UsageError("the stable set 'spectral' is for elman and linear cells, not for " + cell.kind());
    }
    const OneThreadIfSmall threads(cell.shape().state);
    if (++calls_ % kRefresh == 0) projection_.restore({});
    projection_.project(*find_parameter(cell.parameters(), "weight_hh_l0"));
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

  Parameters<float> save() const override {
    const auto phase = static_cast<float>(calls_ % kRefresh);
    return {{"subspace", projection_.state()}, {"phase", Matrix<float>::Constant(1, 1, phase)}};
  }
  void restore(const Parameters<float>& state) override {
    if (const auto* subspace = find_parameter(state, "subspace")) projection_.restore(*subspace);
    if (const auto* phase = find_parameter(state, "phase")) calls_ = static_cast<int>((*phase)(0));
  }

 private:
  SpectralBallProjection<float> projection_;
  int calls_ = 0;
};

std::unique_ptr<StableSet> make(const StableSetOptions& options) {
  return std::make_unique<SpectralSet>(options);
}

}  // namespace

namespace registry::sets {
extern const StableSetType spectral;
const StableSetType spectral{"spectral", &make};
}  // namespace registry::sets

}  // namespace unrecur
