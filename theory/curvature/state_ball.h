#pragma once

#include "models/arrays/matrix.h"
#include "theory/certificates/norm.h"
#include "theory/curvature/jet.h"

namespace unrecur {

/// A block of rows of the state, for jets: which values they have, and how far directions of length 1 in a norm on the
/// whole state can go there. Views: the norm and the limits outlive it.
class StateBall {
 public:
  /// Rows first … first + size − 1. |s_j| ≤ limits_j over the whole state; empty: not known.
  StateBall(const Norm& norm, const Vector<double>& limits, Index first, Index size)
      : norm_(&norm), limits_(&limits), first_(first), size_(size) {}

  Index size() const { return size_; }
  /// Rows of this block, from its row `first` on.
  StateBall rows(Index first, Index size) const { return {*norm_, *limits_, first_ + first, size}; }

  /// Row j itself: within its limit, linear in the state.
  Jet entry(Index j) const { return {limit(j), reach(j), 0.0}; }
  double limit(Index j) const { return limits_->size() == 0 ? kInfinity : (*limits_)(first_ + j); }
  /// Σ_k w_k s_k over the rows of this block: the first derivative is the dual norm of w.
  Jet combination(const Eigen::Ref<const Vector<double>>& w) const;

 private:
  /// sup |d_j| over the unit ball.
  double reach(Index j) const;

  const Norm* norm_;
  const Vector<double>* limits_;
  Index first_, size_;
};

/// How the new state of a cell depends on its state and on inputs that depend on the state too, as those of a layer
/// above others do. `inputs` empty: they do not.
struct JetQuestion {
  StateBall states;
  Jets inputs{};
};

/// w^T s + u^T x for one row of a cell's weights.
Jet preactivation(const JetQuestion& question, const StateBall& read, const Eigen::Ref<const Vector<double>>& w,
                  const Eigen::Ref<const Vector<double>>& u);

}  // namespace unrecur
