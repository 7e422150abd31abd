// Figure 4b: truncated RNNs and LSTMs against the truncation order, on music.
#include "experiments/truncation/order_study.h"

namespace unrecur::registry::figures {
extern const Experiment fig4b;
const Experiment fig4b{"fig4b", "Truncated models against the truncation order, music", 1, &run_order_study,
                       &read_order_study};
}  // namespace unrecur::registry::figures
