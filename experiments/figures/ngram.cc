// A recurrent model that sees the last n words alone, and is trained as such, beside one that sees them all.
#include "experiments/rivals/rival.h"

namespace unrecur::registry::figures {

extern const Experiment ngram;
const Experiment ngram{"ngram", "How many words a recurrent model needs to see: the LSTM n-gram", 1, &run_rival,
                       &check_rival};

}  // namespace unrecur::registry::figures
