#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "models/decoders/decoder.h"
#include "models/decoders/logit_rows.h"

namespace unrecur {

/// Softmax over a vocabulary in one step or two: p(y) = p_head(y) for a frequent symbol, p_head(tail i) · p_i(y) for
/// one of tail i. Probabilities of all p symbols, which add up to 1; symbols have to be numbered by frequency, the most
/// frequent first.
///
/// With cutoffs c_1 < … < c_K the head scores the symbols below c_1 and the K tails; tail i has the symbols from c_i to
/// c_{i+1} − 1 (the last to p − 1). Without cutoffs the head scores all. Head and tails are clusters: each has logits
/// z = V Q h + c, where Q may be missing, and what they consist of is said by the kinds of softmax derived from this. A
/// column costs the head and only the tail of its own target.
template <class S>
class ClusteredSoftmax : public Decoder<S> {
 public:
  /// z = ln p, for all p symbols.
  Matrix<S> predict(const ConstMatrixRef<S>& h) const override;
  Vector<S> distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const override;
  double evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const override;
  double differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                       const DecoderGradient<S>& gradient, Matrix<S>& d_h, Matrix<S>& z) const override;

 protected:
  /// What the logits of head or tail consist of, as places among the parameters.
  struct Cluster {
    std::optional<std::size_t> projection = {};  ///< Q
    std::optional<std::size_t> rows = {};        ///< rows of V that are the decoder's own, under the shared ones
    std::size_t bias = 0;                        ///< c
    bool shares = false;                         ///< whether its symbols have the vectors of the embedding
  };

  /// Throws UsageError where the cutoffs do not rise from 1 to outputs − 1.
  ClusteredSoftmax(Index outputs, std::vector<Index> cutoffs);
  ClusteredSoftmax(const ClusteredSoftmax& other);

  std::size_t tails() const { return cutoffs_.size(); }
  /// Symbols of the head or a tail (cluster 1 and on).
  Index first_of(std::size_t cluster) const { return cluster == 0 ? 0 : cutoffs_[cluster - 1]; }
  Index end_of(std::size_t cluster) const { return cluster < tails() ? cutoffs_[cluster] : outputs_; }
  Index size_of(std::size_t cluster) const { return end_of(cluster) - first_of(cluster); }
  /// Appends a weight of zeros and returns its place.
  std::size_t add(const std::string& name, Index rows, Index columns, int rank = 2);

  std::vector<Cluster> clusters_;  ///< head, tails; filled by the constructors of the kinds
  std::shared_ptr<const Matrix<S>> shared_;

 private:
  struct Part;  // what one tail has to do for a batch

  /// Of column j: its symbol in the head, or the head's symbol for its tail.
  Targets<S> head_targets(const Targets<S>& targets, Index columns) const;
  Part part(std::size_t cluster, const ConstMatrixRef<S>& h, const Targets<S>& targets) const;
  LogitRows<S> rows(std::size_t cluster) const;
  /// Q h, or h itself.
  Matrix<S> projected(std::size_t cluster, const ConstMatrixRef<S>& h) const;
  Matrix<S> log_probabilities(std::size_t cluster, const ConstMatrixRef<S>& h) const;
  double evaluate_cluster(std::size_t cluster, const ConstMatrixRef<S>& h, const Targets<S>& targets,
                          Matrix<S>& z) const;
  double differentiate_cluster(std::size_t cluster, const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                               const DecoderGradient<S>& gradient, Matrix<S>& d_h, Matrix<S>& z) const;

  Index outputs_;
  std::vector<Index> cutoffs_;
  std::unique_ptr<Loss<S>> loss_;
};

}  // namespace unrecur
