#include <array>
#include <utility>

#include "models/cells/scan_attributes.h"

namespace unrecur {
namespace {

using Outlet = ScanOptions::Outlet;
using Intake = ScanOptions::Intake;

constexpr std::array<std::string_view, 3> kPooling{"f", "fo", "ifo"};

/// Quasi-recurrent layer: ScanCell with z = tanh(a_z) and
///
///     pooling f    h' = f ∘ h + (1 − f) ∘ z
///     pooling fo   c' = f ∘ c + (1 − f) ∘ z,   h' = σ(a_o) ∘ c'
///     pooling ifo  c' = f ∘ c + σ(a_i) ∘ z,    h' = σ(a_o) ∘ c'
///
/// Attributes: window = w (default 2), pooling (default fo), cap = κ of f = κ σ(a_f) (default 1). Source: Bradbury et
/// al. 2016, "Quasi-recurrent neural networks", arXiv:1611.01576; the cap is ours.
template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("qrnn", attributes);
  const std::string pooling = read.text("pooling", "fo");
  if (pooling != kPooling[0] && pooling != kPooling[1] && pooling != kPooling[2]) {
    throw UsageError("attribute pooling: expected f, fo or ifo, found '" + pooling + "'");
  }
  const ScanOptions options{.window = scan_window(read, 2.0),
                            .cap = read_cap(read),
                            .intake = pooling == "ifo" ? Intake::gated : Intake::coupled,
                            .outlet = pooling == "f" ? Outlet::state : Outlet::gated};
  read.require_all_known();
  Attributes all = scan_attributes(options);
  all["pooling"] = pooling;
  return std::make_unique<ScanCell<S>>("qrnn", std::move(all), m, n, options);
}

Index inputs_read(const Attributes& attributes) {
  return scan_inputs_read("qrnn", attributes, 2.0);
}

}  // namespace

namespace registry::cells {
constexpr CellAttribute kQrnnAttributes[] = {{"window", "2"}, {"pooling", "fo"}, {"cap", "1"}};
extern const CellType qrnn;
const CellType qrnn{.kind = "qrnn",
                    .make_float = &make<float>,
                    .make_double = &make<double>,
                    .attributes = kQrnnAttributes,
                    .inputs_read = &inputs_read};
}  // namespace registry::cells

}  // namespace unrecur
