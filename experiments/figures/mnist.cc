// Sequential and permuted MNIST: feed-forward and recurrent models of equal size.
#include "experiments/rivals/rival.h"

namespace unrecur::registry::figures {

extern const Experiment mnist;
const Experiment mnist{"mnist", "Digits read pixel by pixel: feed-forward and recurrent models, at equal parameters", 1,
                       &run_rival, &check_rival};

}  // namespace unrecur::registry::figures
