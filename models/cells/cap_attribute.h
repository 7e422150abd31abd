#pragma once

#include "base/errors.h"
#include "models/layers/attributes.h"

namespace unrecur {

/// The attribute `cap`, in (0, 1]; 1 where there is none.
inline double read_cap(AttributeReader& read) {
  const double cap = read.number("cap", 1.0);
  if (cap > 0.0 && cap <= 1.0) return cap;
  throw UsageError("attribute cap: expected a number above 0 and at most 1, found " + decimal(cap));
}

}  // namespace unrecur
