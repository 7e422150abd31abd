// Figure 4a: truncated RNNs and LSTMs against the truncation order, on words.
#include "experiments/truncation/order_study.h"

namespace unrecur::registry::figures {
extern const Experiment fig4a;
const Experiment fig4a{"fig4a", "Truncated models against the truncation order, words", 1, &run_order_study,
                       &read_order_study};
}  // namespace unrecur::registry::figures
