#include "theory/verify/layer.h"

namespace unrecur::verify {

bool has_skips(const Layer& layer) {
  return layer.attributes.contains("skip") && layer.attributes.at("skip") != "none";
}

bool available() {
#ifdef UNRECUR_HAVE_ARB
  return true;
#else
  return false;
#endif
}

Finding no_ball_arithmetic() {
  return {false,
          "this build has no ball arithmetic: install libflint-dev (Debian 12: libflint-arb-dev) and build again"};
}

}  // namespace unrecur::verify
