#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "theory/context.h"
#include "theory/perron.h"

namespace unrecur {

/// Of `best` and what certificate_of makes of flatter witnesses of M (theory/perron.h) the certificate that needs the
/// least context: a little more rate may buy a much cheaper norm. `blunt` is the certificate of the bluntest witness,
/// whose rate none exceeds; it is a candidate too. `best` itself where it does not contract. `certificate_of` maps v >
/// 0 to a certificate in max |s_j|/v_j, or nothing.
template <class Certify>
std::optional<Certificate> flattest(Certificate best, const Matrix<double>& m, const Certify& certificate_of,
                                    std::optional<Certificate> blunt) {
  if (!(best.rate.value < 1.0) || !blunt) return best;
  const double most = blunt->rate.value, low = best.rate.value;
  if (needs_less_context(*blunt, best)) best = std::move(*blunt);
  for (const Vector<double>& v : resolvent_witnesses(m, low, std::min(most, 1.0))) {
    auto candidate = certificate_of(v);
    if (candidate && candidate->rate.value <= most && needs_less_context(*candidate, best)) {
      best = std::move(*candidate);
    }
  }
  return best;
}

}  // namespace unrecur
