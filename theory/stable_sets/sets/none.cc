#include "theory/stable_sets/stable_set.h"

namespace unrecur {
namespace {

/// No constraint: the unstable variant.
class NoSet : public StableSet {
 public:
  std::string name() const override { return "none"; }
  void project(SequenceModel<float>&) override {}
  std::optional<UpperBound> prove(const SequenceModel<float>&) const override { return std::nullopt; }
};

std::unique_ptr<StableSet> make_none_set(const StableSetOptions&) {
  return std::make_unique<NoSet>();
}

}  // namespace

namespace registry::sets {
extern const StableSetType none;
const StableSetType none{"none", &make_none_set};
}  // namespace registry::sets

}  // namespace unrecur
