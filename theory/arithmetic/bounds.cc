#include "theory/arithmetic/bounds.h"

namespace unrecur {

std::string name_of(Rigour rigour) {
  return rigour == Rigour::proved ? "proved" : "floating";
}

}  // namespace unrecur
