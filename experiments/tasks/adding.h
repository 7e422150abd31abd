#pragma once

#include <cstdint>

#include "experiments/tasks/splits.h"

namespace unrecur {

struct AddingOptions {
  Index steps = 50;  ///< T
  SplitSizes sizes{2000, 200, 200};
};

/// Adding (Hochreiter and Schmidhuber 1997): two inputs, a number uniform on [0, 1) and a marker that is 1 in two
/// steps, one in each half of the sequence, and 0 elsewhere. The target, due at the last step only (the other steps
/// have weight 0), is the sum of the two marked numbers.
///
/// Squared error ½(z − y)². The reference loss is 0; always answering 1 gives 1/12. Throws UsageError for steps
/// below 2.
Task make_adding_task(const AddingOptions& options, std::uint64_t seed);

}  // namespace unrecur
