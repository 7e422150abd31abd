#pragma once

#include "models/arrays/parameters.h"

namespace unrecur {

/// The witness v > 0 of Mv ≤ λv for a comparison matrix M that changes from step to step of training: all ones at
/// first, moved to the Perron vector now and then, and saved with a checkpoint so that a resumed run has the same bits.
class TrackedWitness {
 public:
  /// Counts a step of a model whose matrix has this size. Whether v is to be renewed in it: every 64th time.
  bool due(Index size);

  /// v becomes the Perron vector of m, scaled so that the largest of its last `scaled` entries is 1, and at least 0.02.
  /// Whether it did: an m without a finite one leaves v as it is.
  bool renew(const Matrix<double>& m, Index scaled);

  const Vector<float>& vector() const { return v_; }
  Vector<float>& vector() { return v_; }

  Parameters<float> save() const;
  void restore(const Parameters<float>& state);

 private:
  static constexpr int kRefresh = 64;
  static constexpr float kSmallest = 0.02F;

  Vector<float> v_;
  int calls_ = 0;
};

}  // namespace unrecur
