#pragma once

#include <cmath>
#include <numbers>

namespace unrecur {

/// exp(ℓ): the perplexity of a mean negative log-likelihood ℓ in nats per word; infinite where exp overflows.
inline double perplexity(double mean_nll) {
  return std::exp(mean_nll);
}

/// ℓ / ln 2: a mean negative log-likelihood ℓ in nats per character as bits per character.
inline double bits_per_character(double mean_nll) {
  return mean_nll / std::numbers::ln2;
}

}  // namespace unrecur
