#include <utility>

#include "models/cells/scan_attributes.h"

namespace unrecur {
namespace {

/// Simple recurrent unit: ScanCell with z = a_z and
///
///     c' = f ∘ c + (1 − f) ∘ z,    h' = r ∘ g(c') + (1 − r) ∘ x,    r = σ(a_r),
///
/// x by way of a product of its own where it has another size. Its gates do not see c, as in the first version of the
/// paper. Attributes: activation = g, identity (default) or tanh; cap = κ of f = κ σ(a_f) and window (default 1).
/// Source: Lei et al. 2017, "Simple recurrent units for highly parallelizable recurrence", arXiv:1709.02755v1; cap and
/// window are ours.
template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("sru", attributes);
  const ScanOptions options{.window = scan_window(read, 1.0),
                            .cap = read_cap(read),
                            .candidate = Activation::identity,
                            .outlet = ScanOptions::Outlet::highway,
                            .squash = scan_activation(read, "activation", Activation::identity)};
  read.require_all_known();
  Attributes all = scan_attributes(options);
  all["activation"] = name_of(options.squash);
  return std::make_unique<ScanCell<S>>("sru", std::move(all), m, n, options);
}

Index inputs_read(const Attributes& attributes) {
  return scan_inputs_read("sru", attributes, 1.0);
}

}  // namespace

namespace registry::cells {
constexpr CellAttribute kSruAttributes[] = {{"window", "1"}, {"activation", "identity"}, {"cap", "1"}};
extern const CellType sru;
const CellType sru{.kind = "sru",
                   .make_float = &make<float>,
                   .make_double = &make<double>,
                   .attributes = kSruAttributes,
                   .inputs_read = &inputs_read};
}  // namespace registry::cells

}  // namespace unrecur
