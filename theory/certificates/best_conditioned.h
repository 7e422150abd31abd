#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "theory/arithmetic/perron.h"
#include "theory/certificates/context.h"

namespace unrecur {

/// Of `best` and what certificate_of makes of more uniform witnesses of M (theory/arithmetic/perron.h) the certificate
/// that needs the least context: a little more rate may buy a much cheaper norm. `uniform` is the certificate of the
/// most uniform witness, whose rate none exceeds; it is a candidate too. `best` itself where it does not contract.
/// `certificate_of` maps v > 0 to a certificate in max |s_j|/v_j, or nothing.
template <class Certify>
std::optional<Certificate> best_conditioned(Certificate best, const Matrix<double>& m, const Certify& certificate_of,
                                            std::optional<Certificate> uniform) {
  if (!(best.rate.value < 1.0) || !uniform) return best;
  const double most = uniform->rate.value, low = best.rate.value;
  if (needs_less_context(*uniform, best)) best = std::move(*uniform);
  for (const Vector<double>& v : resolvent_witnesses(m, low, std::min(most, 1.0))) {
    auto candidate = certificate_of(v);
    if (candidate && candidate->rate.value <= most && needs_less_context(*candidate, best)) {
      best = std::move(*candidate);
    }
  }
  return best;
}

}  // namespace unrecur
