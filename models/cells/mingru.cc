#include <utility>

#include "models/cells/scan_attributes.h"

namespace unrecur {
namespace {

/// Minimal gated recurrent unit: ScanCell with h' = f ∘ h + (1 − f) ∘ z, f = κ σ(a_f), z = a_z or tanh(a_z).
///
/// The paper's update gate is 1 − f, so that its weights are ours with the other sign. Attributes: activation of the
/// candidate, identity (default) or tanh; cap = κ and window (default 1). Source: Feng et al. 2024, "Were RNNs all we
/// needed?", arXiv:2410.01201; cap and window are ours.
template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("mingru", attributes);
  const ScanOptions options{.window = scan_window(read, 1.0),
                            .cap = read_cap(read),
                            .candidate = scan_activation(read, "activation", Activation::identity),
                            .intake = ScanOptions::Intake::coupled};
  read.require_all_known();
  Attributes all = scan_attributes(options);
  all["activation"] = name_of(options.candidate);
  return std::make_unique<ScanCell<S>>("mingru", std::move(all), m, n, options);
}

Index inputs_read(const Attributes& attributes) {
  return scan_inputs_read("mingru", attributes, 1.0);
}

}  // namespace

namespace registry::cells {
constexpr CellAttribute kMingruAttributes[] = {{"window", "1"}, {"activation", "identity"}, {"cap", "1"}};
extern const CellType mingru;
const CellType mingru{.kind = "mingru",
                      .make_float = &make<float>,
                      .make_double = &make<double>,
                      .attributes = kMingruAttributes,
                      .inputs_read = &inputs_read};
}  // namespace registry::cells

}  // namespace unrecur
