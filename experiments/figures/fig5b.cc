// Figure 5b: the weights of truncated LSTMs along training, against those of the recurrent one.
#include "experiments/truncation/weight_paths.h"

namespace unrecur::registry::figures {
extern const Experiment fig5b;
const Experiment fig5b{"fig5b", "Weights of truncated LSTMs along training", 1, &run_weight_paths, &read_weight_paths};
}  // namespace unrecur::registry::figures
