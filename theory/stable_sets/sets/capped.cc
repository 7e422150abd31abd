#include "base/errors.h"
#include "models/layers/cell_registry.h"
#include "theory/scans/scan_rate.h"
#include "theory/stable_sets/gate_ranges.h"

namespace unrecur {
namespace {

/// Scans, whose forget gates stay below their caps whatever the weights are: there is nothing to project. The rate is
/// that of certify_scans for the model's own inputs: with a cap below 1 it always is below 1.
class CappedSet : public StableSet {
 public:
  explicit CappedSet(const StableSetOptions& options) : inputs_(options.inputs) {}

  std::string name() const override { return "capped"; }

  void project(SequenceModel<float>& model) override {
    if (checked_) return;
    if (!is_scan(*cast_cell<double>(model.cell()))) {
      throw UsageError("the stable set 'capped' is for cells whose forget gate has a cap, not for " +
                       model.cell().kind());
    }
    checked_ = true;
  }

  std::optional<UpperBound> prove(const SequenceModel<float>& model) const override {
    const bool bounded = model.spec().symbols > 0 || inputs_.low.size() > 0;
    const InputSet inputs = bounded ? input_set(model, inputs_) : InputSet::anything();
    const auto rate = certify_scans(*cast_cell<double>(model.cell()), inputs);
    return rate ? std::optional(rate->certificate.rate) : std::nullopt;
  }

 private:
  InputBounds inputs_;
  bool checked_ = false;
};

std::unique_ptr<StableSet> make(const StableSetOptions& options) {
  return std::make_unique<CappedSet>(options);
}

}  // namespace

namespace registry::sets {
extern const StableSetType capped;
const StableSetType capped{.name = "capped", .make = &make, .proof = "largest_gate", .by_construction = true};
}  // namespace registry::sets

}  // namespace unrecur
