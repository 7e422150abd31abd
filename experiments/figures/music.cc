// The next frame of a piano roll: feed-forward and recurrent models of equal size.
#include "experiments/rivals/rival.h"

namespace unrecur::registry::figures {

extern const Experiment music;
const Experiment music{"music", "Music: feed-forward and recurrent models, at equal parameters", 1, &run_rival,
                       &check_rival};

}  // namespace unrecur::registry::figures
