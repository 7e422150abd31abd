// Figure 5a: the weights of truncated RNNs along training, against those of the recurrent one.
#include "experiments/truncation/weight_paths.h"

namespace unrecur::registry::figures {
extern const Experiment fig5a;
const Experiment fig5a{"fig5a", "Weights of truncated RNNs along training", 1, &run_weight_paths, &read_weight_paths};
}  // namespace unrecur::registry::figures
