#pragma once

#include "models/blocks/taps.h"

namespace unrecur {

/// Whether all sequences have one length: then what a tap reads is one contiguous run of the inputs.
inline bool uniform(const Packing& packing) {
  return packing.columns() == packing.steps() * packing.batch();
}

/// Calls visit(tap, first, columns, from) for runs of columns that read one contiguous run of inputs, and
/// before(tap, first, columns, row) for those of one step that read the state from that row on. Sequences of one length
/// have one run a tap. Taps before first_tap are left out.
template <class Visit, class Before>
void for_each_run(const Taps& taps, Index first_tap, const Packing& packing, const Visit& visit, const Before& before) {
  for (Index i = first_tap; i < taps.kernel; ++i) {
    const Index back = i * taps.dilation;
    for (Index t = 0; t < packing.steps(); ++t) {
      if (t < back) {
        before(i, packing.begin(t), packing.width(t), (taps.reach() + t - back) * taps.inputs);
      } else if (uniform(packing)) {
        visit(i, packing.begin(t), packing.columns() - packing.begin(t), packing.begin(t - back));
        break;
      } else {
        visit(i, packing.begin(t), packing.width(t), packing.begin(t - back));
      }
    }
  }
}

}  // namespace unrecur
