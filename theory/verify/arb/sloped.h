#pragma once

#include <optional>

#include "theory/verify/arb/function.h"
#include "theory/verify/arb/parts.h"

namespace unrecur::verify {

/// An Elman network or a linear system: the Jacobian is (1 − α) I + α Σ W, Σ diagonal with entries σ_j in [low_j,
/// high_j].
struct Sloped {
  Function activation;
  const Matrix<double>* w;
  const Matrix<double>* u;               // null where the layer has none
  const Matrix<double>* bias;            // the same
  const Matrix<double>* recurrent_bias;  // the same
  std::vector<Ball> low, high;           // one for each unit
  Ball alpha;
  bool constant;  // low = high
  bool alpha_is_one;
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
std::optional<Sloped> read_sloped(const Layer& layer, const std::optional<Function>& activation,
                                  const std::string& leak);

/// As the layer's kind reads it; nothing for kinds without bounded slopes.
std::optional<Sloped> sloped_of(const Layer& layer);

}  // namespace unrecur::verify
