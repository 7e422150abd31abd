#pragma once

#include <cstdint>
#include <vector>

#include "experiments/tasks/splits.h"

namespace unrecur {

struct GrammarOptions {
  Index symbols = 8;      ///< V
  Index order = 3;        ///< k₀: how many symbols back the next one depends on
  double strength = 1.5;  ///< standard deviation of the logits; 0: all symbols equally likely
  Index steps = 60;       ///< T
  SplitSizes sizes{300, 60, 60};
};

/// A stationary Markov source of memory order k₀ over V symbols:
///
///     P(s_t = s | s_{t−1}, …, s_{t−k₀}) ∝ exp( Σ_{j=1}^{k₀} A_j[s, s_{t−j}] ),
///
/// A_j with independent normal entries, so that a symbol k₀ steps back counts as much as the last one. A context is
/// coded as Σ_j s_{t−j} V^{j−1}. Memory and cost of construction: V^{k₀+1}, for each of some tens of power iterations.
class MarkovSource {
 public:
  /// Throws UsageError for symbols below 2, order below 1, V^{k₀} above 2²⁰, or a strength that is negative or not
  /// finite.
  MarkovSource(const GrammarOptions& options, std::uint64_t seed);

  Index symbols() const { return symbols_; }
  Index order() const { return order_; }
  Index contexts() const { return stationary_.size(); }
  /// P(s | context), V × V^{k₀}.
  const Matrix<double>& transitions() const { return transitions_; }
  /// Stationary probability of each context: π = πP to 10⁻¹⁴ in the 1-norm.
  const Vector<double>& stationary() const { return stationary_; }

  /// H(s_t | all before) in nats: Σ_c π(c) H(P(· | c)), to rounding.
  double entropy_rate() const { return entropy_rate_; }
  /// (1/T) Σ_{t=1}^{T} H(s_t | s_0, …, s_{t−1}) in nats: the least mean loss on T predictions by a model that sees a
  /// sequence from s_0 on. Above the entropy rate, as the first k₀ − 1 predictions lack context. T ≥ 1.
  double mean_entropy(Index predictions) const;

  /// `length` symbols, the first of them from the stationary distribution.
  std::vector<int> sample(Index length, RandomStream& random) const;

 private:
  void find_stationary();
  double block_entropy(Index length) const;
  Index next_context(Index context, Index symbol) const { return (context * symbols_ + symbol) % contexts(); }

  Index symbols_;
  Index order_;
  Matrix<double> transitions_;
  Vector<double> stationary_;
  double entropy_rate_ = 0.0;
};

/// The next symbol of a MarkovSource from those before it; softmax over V. The reference loss is mean_entropy(T),
/// exact.
Task make_grammar_task(const GrammarOptions& options, std::uint64_t seed);

}  // namespace unrecur
