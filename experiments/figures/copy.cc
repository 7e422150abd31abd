// Copy memory at lengths that convolutions learn: feed-forward and recurrent models of equal size.
#include "experiments/rivals/rival.h"

namespace unrecur::registry::figures {

extern const Experiment copy;
const Experiment copy{"copy",
                      "Copy memory: what feed-forward and recurrent models learn to remember, at equal parameters", 1,
                      &run_rival, &check_rival};

}  // namespace unrecur::registry::figures
