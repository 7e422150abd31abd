#include "reports/sections/stability/gradients.h"

namespace unrecur::registry::sections {

extern const reports::Section fig3b;
const reports::Section fig3b = {"fig3b", "Figure 3b: vanishing gradients with respect to the inputs, characters", 25,
                                reports::stability::gradients_section};

}  // namespace unrecur::registry::sections
