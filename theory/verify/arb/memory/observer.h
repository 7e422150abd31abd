#pragma once

#include <optional>
#include <string>
#include <vector>

#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/step.h"
#include "theory/verify/observed.h"

namespace unrecur::verify {

/// The output map C of a layer, in balls: docs/theory.md, section 18.
class Observer {
 public:
  /// Nothing where the head does not fit the outputs, or the layer does not say what these are; `reason` says so
  /// then.
  static std::optional<Observer> of(const Layer& layer, const Observed& observed, std::string& reason);

  /// Whether C is the identity.
  bool sees_states() const { return blocks_.empty(); }
  /// C v
  Balls read(const Balls& v) const;
  /// |C| v, for v of no negative entries.
  Balls reach(const Balls& v) const;
  /// C of n columns. Its entries are those of the head, zeros and ones.
  Matrix<double> map(std::size_t n) const;
  /// c with ‖C s‖₂ ≤ c √Σ s_j² / w_j for w ≥ 0: where a head reads, its Frobenius norm with the entries of h weighed.
  Ball gain(const Balls& w) const;

 private:
  /// Where the outputs of a layer stand among the states of all: h is the last of its own.
  struct Block {
    std::size_t begin, size;
  };

  /// h of s; every entry of s counts once, or not at all.
  Balls outputs_of(const Balls& v) const;

  /// The rows of a head, or what else a row makes of outputs, over those of v.
  template <class Product>
  Balls under_head(const Balls& v, const Product& product) const;

  std::vector<Block> blocks_{};  ///< of each layer; none where states themselves are observed
  std::string skip_{};
  Matrix<double> head_{};
};

}  // namespace unrecur::verify
