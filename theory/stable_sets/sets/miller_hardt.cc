#include "theory/stable_sets/miller_hardt.h"
#include "theory/stable_sets/lstm_rows.h"

namespace unrecur::registry::sets {
namespace {

std::unique_ptr<StableSet> make_miller_hardt_set(const StableSetOptions& options) {
  return make_miller_hardt("miller_hardt", &scale_row, options);
}

}  // namespace

/// The paper's stable LSTMs, rows scaled to their bounds as the paper does it.
extern const StableSetType miller_hardt;
const StableSetType miller_hardt{
    .name = "miller_hardt", .make = &make_miller_hardt_set, .cells = kLstmCells, .proof = "miller_hardt"};

}  // namespace unrecur::registry::sets
