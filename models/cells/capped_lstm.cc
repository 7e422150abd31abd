#include "models/cells/cap_attribute.h"
#include "models/cells/lstm.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

/// The LSTM of lstm.h with the forget gate f = cap · σ(·). Attributes: those of an LSTM, and cap, in (0, 1].
template <class S>
std::unique_ptr<Cell<S>> make_capped(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("capped_lstm", attributes);
  auto options = Lstm<S>::read_options(read);
  options.cap = read_cap(read);
  read.require_all_known();
  return std::make_unique<Lstm<S>>(m, n, options);
}

}  // namespace

namespace registry::cells {
extern const CellType capped_lstm;
constexpr CellAttribute kCappedAttributes[] = {{"cap", "1"}};
const CellType capped_lstm{.kind = "capped_lstm",
                           .make_float = &make_capped<float>,
                           .make_double = &make_capped<double>,
                           .gates = kLstmGates,
                           .attributes = kCappedAttributes};
}  // namespace registry::cells

}  // namespace unrecur
