// The next sample of raw speech: WaveNet and an LSTM of equal size.
#include "experiments/rivals/rival.h"

namespace unrecur::registry::figures {

extern const Experiment speech;
const Experiment speech{"speech", "Raw speech: WaveNet and recurrent models, at equal parameters", 1, &run_rival,
                        &check_rival};

}  // namespace unrecur::registry::figures
