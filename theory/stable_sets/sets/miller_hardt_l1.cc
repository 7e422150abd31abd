#include "theory/stable_sets/lstm_rows.h"
#include "theory/stable_sets/miller_hardt.h"

namespace unrecur::registry::sets {
namespace {

std::unique_ptr<StableSet> make_miller_hardt_l1_set(const StableSetOptions& options) {
  return make_miller_hardt("miller_hardt_l1", &project_row, options);
}

}  // namespace

/// The paper's stable LSTMs, each row moved to the nearest point of its ball.
extern const StableSetType miller_hardt_l1;
const StableSetType miller_hardt_l1{
    .name = "miller_hardt_l1", .make = &make_miller_hardt_l1_set, .cells = kLstmCells, .proof = "miller_hardt"};

}  // namespace unrecur::registry::sets
