// The next character or word of a text: feed-forward and recurrent models of equal size.
#include "experiments/rivals/rival.h"

namespace unrecur::registry::figures {

extern const Experiment text;
const Experiment text{"text", "Texts: feed-forward and recurrent models, at equal parameters", 1, &run_rival,
                      &check_rival};

}  // namespace unrecur::registry::figures
