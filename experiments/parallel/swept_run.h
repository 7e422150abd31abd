#pragma once

#include <optional>

#include "base/stopwatch.h"
#include "experiments/parallel/run.h"
#include "models/parallel/time_sweeps.h"

namespace unrecur {

/// One sequence by sweeps, up to a promise or a measured rule (run.h).
class SweptRun {
 public:
  /// `promise` null: nothing is proved. Of Newton's method the sweeps beyond the promised ones of Jacobi are Newton's;
  /// of the quasi-Newton method all are, and the promise is none: its rate alone is used, to tell the error from a
  /// residual.
  SweptRun(const Cell<double>& cell, const Matrix<double>& x, const SweepPromise* promise, RunMethod method,
           const RunOptions& options);

  /// Sweeps to the end; the states. With a reference the first sweep within ε of it is found.
  Matrix<double> finish(const Matrix<double>* reference);

  /// Whether the promise bounds the number of sweeps.
  bool promised() const { return promise_ != nullptr && method_ != RunMethod::quasi_newton; }
  Index jacobi() const { return jacobi_; }
  Index newton() const { return newton_; }
  RunStop stopped() const { return stopped_; }
  std::optional<Index> needed() const { return needed_; }
  /// Wall time of finish(), without comparing.
  double seconds() const { return seconds_; }

 private:
  /// One sweep; whether it was the last.
  bool sweep();
  bool settles(double residual) const;
  Index most() const;
  void sweep_on(bool settled);

  const Cell<double>& cell_;
  const Matrix<double>& x_;
  const SweepPromise* promise_;
  RunMethod method_;
  const RunOptions& options_;
  Stopwatch watch_;
  TimeSweeps sweeps_;
  StateLength length_;
  double gain_ = 1.0;  ///< the residual times this bounds the Euclidean error after a Jacobi sweep
  Index jacobi_ = 0, newton_ = 0;
  RunStop stopped_ = RunStop::promised;
  std::optional<Index> needed_;
  double seconds_ = 0.0;
};

}  // namespace unrecur
