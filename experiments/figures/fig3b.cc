// Figure 3b: how the gradient with respect to an input vanishes with the distance of the loss, on characters.
#include "experiments/stability/gradient_study.h"

namespace unrecur::registry::figures {
extern const Experiment fig3b;
const Experiment fig3b{"fig3b", "Vanishing gradients with respect to the inputs, characters", 1, &run_gradient_study,
                       &read_gradient_study};
}  // namespace unrecur::registry::figures
