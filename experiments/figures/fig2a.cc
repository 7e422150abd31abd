// Figure 2a: the data-dependent contraction of the iterated LSTM against the number of iterations.
#include "experiments/stability/iterated_study.h"

namespace unrecur::registry::figures {
extern const Experiment fig2a;
const Experiment fig2a{"fig2a", "Contraction of the iterated LSTM on its data", 1, &run_iterated_study,
                       &read_iterated_study};
}  // namespace unrecur::registry::figures
