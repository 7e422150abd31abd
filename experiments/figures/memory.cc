// How much of the past a task needs: the loss of the best model that sees k inputs, against k.
#include "experiments/rivals/rival.h"

namespace unrecur::registry::figures {

extern const Experiment memory;
const Experiment memory{"memory", "The memory that a task needs: loss against the number of inputs seen", 1, &run_rival,
                        &check_rival};

}  // namespace unrecur::registry::figures
