#pragma once

#include <optional>

#include "theory/verify/arb/parts.h"

namespace unrecur::verify {

/// An Elman network or a linear system: the Jacobian is (1 − α) I + α Σ W, Σ diagonal with entries in [low, high].
struct Sloped {
  std::string activation;
  const Matrix<double>* w;
  const Matrix<double>* u;               // null where the layer has none
  const Matrix<double>* bias;            // the same
  const Matrix<double>* recurrent_bias;  // the same
  Ball low, high, alpha;
  bool constant;       // low = high
  bool zero_included;  // low = 0
  bool alpha_is_one;
  bool within_one;  // values of the activation lie in [−1, 1]
  Index n;

  /// Entry of the Jacobian at slope σ of its row.
  Ball entry(Index j, Index k, const Ball& slope) const {
    const Ball recurrent = alpha * slope * (*w)(j, k);
    return j == k ? Ball(1.0) - alpha + recurrent : recurrent;
  }
  bool leak_makes_sense() const { return alpha.surely_positive() && surely_at_most(alpha, 1.0); }
};

/// With this activation and this leak, a decimal number. Nothing where W is missing or not square, or the activation or
/// the number is not known here.
std::optional<Sloped> read_sloped(const Layer& layer, const std::string& activation, const std::string& leak);

/// As the layer's kind reads it; nothing for kinds without bounded slopes.
std::optional<Sloped> sloped_of(const Layer& layer);

}  // namespace unrecur::verify
