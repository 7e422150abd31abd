// Figure 3a: how the gradient with respect to an input vanishes with the distance of the loss, on words.
#include "experiments/stability/gradient_study.h"

namespace unrecur::registry::figures {
extern const Experiment fig3a;
const Experiment fig3a{"fig3a", "Vanishing gradients with respect to the inputs, words", 1, &run_gradient_study,
                       &read_gradient_study};
}  // namespace unrecur::registry::figures
