#pragma once

#include <memory>
#include <optional>

#include "base/execution.h"
#include "theory/orbits/orbit.h"

namespace unrecur {

/// One step of all p states of an orbit at once, F(S)_{i+1} = φ(s_i, x_i), for fixed inputs x (m × p).
class OrbitMap {
 public:
  OrbitMap(const Cell<double>& cell, Matrix<double> x);

  Index states() const { return n_; }
  Index period() const { return x_.cols(); }

  Matrix<double> image(const Matrix<double>& states) const;
  /// Where about `steps` steps of plain iteration go from the first column.
  Matrix<double> settled(Matrix<double> states, int steps) const;
  /// J_t, n × n.
  Matrix<double> jacobian_at(const Matrix<double>& states, Index t) const;
  /// (J_t  B_t), n × (n + m), with B_t = ∂φ/∂x.
  Matrix<double> derivative_at(const Matrix<double>& states, Index t) const;

  struct NewtonOptions {
    int steps = 40;            ///< fewer where each costs a second
    double tolerance = 1e-12;  ///< of ‖φ(s_i, x_i) − s_{i+1}‖_∞
  };
  /// Newton's method on F(S) − S; an orbit with its radius in floating point. Costs (np)³ a step.
  std::optional<Orbit> newton(Matrix<double> states, const NewtonOptions& options,
                              const ExecutionContext& execution = {}) const;

 private:
  /// ∂F/∂S, block-cyclic.
  Matrix<double> jacobian(const Matrix<double>& states) const;

  std::unique_ptr<FixedInputMap<double>> map_;
  Matrix<double> x_;
  Index n_;
};

}  // namespace unrecur
