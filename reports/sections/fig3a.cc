#include "reports/sections/stability/gradients.h"

namespace unrecur::registry::sections {

extern const reports::Section fig3a;
const reports::Section fig3a = {"fig3a", "Figure 3a: vanishing gradients with respect to the inputs, words", 24,
                                reports::stability::gradients_section};

}  // namespace unrecur::registry::sections
