#include "experiments/parallel/swept_run.h"

#include <algorithm>
#include <cmath>

#include "models/parallel/chunked.h"

namespace unrecur {
namespace {

double euclidean_length(const Eigen::Ref<const Vector<double>>& s) {
  return s.norm();
}

bool within(const Matrix<double>& states, const Matrix<double>& reference, double epsilon) {
  return (states - reference).colwise().squaredNorm().maxCoeff() <= epsilon * epsilon;
}

}  // namespace

SweptRun::SweptRun(const Cell<double>& cell, const Matrix<double>& x, const SweepPromise* promise, RunMethod method,
                   const RunOptions& options)
    : cell_(cell),
      x_(x),
      promise_(promise),
      method_(method),
      options_(options),
      sweeps_(cell, x, promise == nullptr ? Vector<double>() : promise->limits),
      length_(euclidean_length) {
  if (promise == nullptr) return;
  const Certificate& certificate = promise->certificate;
  const double rate = certificate.rate.value;
  length_ = [norm = certificate.norm](const Eigen::Ref<const Vector<double>>& s) { return norm(s); };
  gain_ = certificate.norm.to_euclidean() * rate / (1.0 - rate);
}

Index SweptRun::most() const {
  return std::min(promised() ? promise_->sweeps() : options_.most_sweeps, x_.cols());
}

bool SweptRun::settles(double residual) const {
  return (promise_ != nullptr ? gain_ * residual : residual) <= options_.epsilon;
}

bool SweptRun::sweep() {
  const double residual = sweeps_.evaluate(length_);
  if (!std::isfinite(residual)) {
    stopped_ = RunStop::given_up;
    return true;
  }
  const bool settled = settles(residual);
  sweep_on(settled);
  if (settled) stopped_ = promise_ != nullptr ? RunStop::residual : RunStop::change;
  return settled;
}

void SweptRun::sweep_on(bool settled) {
  // What a settled state was evaluated for is a Jacobi sweep already.
  if (!settled && method_ == RunMethod::quasi_newton) {
    sweeps_.quasi_newton();
    ++newton_;
  } else if (!settled && method_ == RunMethod::newton && (promise_ == nullptr || jacobi_ >= promise_->jacobi)) {
    sweeps_.newton();
    ++newton_;
  } else {
    sweeps_.jacobi();
    ++jacobi_;
  }
}

Matrix<double> SweptRun::finish(const Matrix<double>* reference) {
  const auto look = [&] {
    if (reference == nullptr || needed_ || !within(sweeps_.states(), *reference, options_.epsilon)) return;
    needed_ = sweeps_.sweeps();
  };
  watch_.without(look);
  bool ended = false;
  while (!ended && sweeps_.sweeps() < most()) {
    options_.execution.poll();
    ended = sweep();
    watch_.without(look);
  }
  if (!ended && sweeps_.sweeps() >= x_.cols()) {
    stopped_ = RunStop::whole_sequence;
  } else if (!ended && !promised()) {
    stopped_ = RunStop::given_up;
  }
  Matrix<double> states =
      stopped_ == RunStop::given_up ? sequential_states(cell_, x_) : Matrix<double>(sweeps_.states());
  seconds_ = watch_.seconds();
  return states;
}

}  // namespace unrecur
