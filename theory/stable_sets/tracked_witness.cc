#include "theory/stable_sets/tracked_witness.h"

#include "theory/arithmetic/perron.h"

namespace unrecur {

bool TrackedWitness::due(Index size) {
  if (v_.size() != size) {
    v_ = Vector<float>::Ones(size);
    calls_ = 0;
  }
  return calls_++ % kRefresh == kRefresh - 1;
}

bool TrackedWitness::renew(const Matrix<double>& m, Index scaled) {
  const Vector<double> v = perron_vector(m);
  if (!v.allFinite()) return false;
  v_ = (v / v.tail(scaled).maxCoeff()).cast<float>().cwiseMax(kSmallest);
  return true;
}

Parameters<float> TrackedWitness::save() const {
  return {{"witness", v_, 1}, {"phase", Matrix<float>::Constant(1, 1, static_cast<float>(calls_ % kRefresh))}};
}

void TrackedWitness::restore(const Parameters<float>& state) {
  if (const auto* witness = find_parameter(state, "witness")) v_ = witness->col(0);
  if (const auto* phase = find_parameter(state, "phase")) calls_ = static_cast<int>((*phase)(0));
}

}  // namespace unrecur
