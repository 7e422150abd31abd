#include "theory/estimates/lyapunov.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <random>

#include "base/errors.h"

namespace unrecur {
namespace {

constexpr double kSmallestStretch = 1e-300;

/// Makes the columns orthonormal, first to last, and returns the logarithms of what each had beyond those before it.
Vector<double> orthonormalise(Matrix<double>& frame) {
  const Index q = frame.cols();
  if (q == 1) {
    const double length = frame.norm();
    if (length > kSmallestStretch)
      frame /= length;
    else
      frame = Matrix<double>::Identity(frame.rows(), 1);
    return Vector<double>::Constant(1, std::log(std::max(length, kSmallestStretch)));
  }
  const Eigen::HouseholderQR<Matrix<double>> qr(frame);
  frame = qr.householderQ() * Matrix<double>::Identity(frame.rows(), q);
  Vector<double> logs(q);
  for (Index i = 0; i < q; ++i) {
    const double r = qr.matrixQR()(i, i);
    if (r < 0.0) frame.col(i) = -frame.col(i);
    logs(i) = std::log(std::max(std::abs(r), kSmallestStretch));
  }
  return logs;
}

Matrix<double> random_frame(Index n, Index q) {
  std::mt19937_64 engine(1);
  Matrix<double> frame(n, q);
  for (Index i = 0; i < frame.size(); ++i) frame.data()[i] = static_cast<double>(engine() >> 11) * 0x1p-52 - 1.0;
  orthonormalise(frame);
  return frame;
}

}  // namespace

LyapunovEstimator::LyapunovEstimator(Index state_size, const LyapunovOptions& options)
    : options_(options), block_length_(options.block) {
  if (options.exponents < 0 || options.exponents > state_size) {
    throw UsageError("a system of " + std::to_string(state_size) + " states has no more Lyapunov exponents than these");
  }
  if (options.transient < 0 || options.block < 1 || options.most_blocks < 2) {
    throw UsageError("a Lyapunov spectrum needs blocks of at least one step and at least two of them");
  }
  first_frame_ = random_frame(state_size, options.exponents == 0 ? state_size : options.exponents);
  start(Vector<double>::Zero(state_size));
}

void LyapunovEstimator::start(const Vector<double>& state) {
  if (state.size() != first_frame_.rows()) throw UsageError("shape mismatch: rows of the state");
  state_ = state;
  frame_ = first_frame_;
  waited_ = 0;
  open_ = false;
}

void LyapunovEstimator::forward_step(const FixedInputMap<double>& map) {
  Matrix<double> next(state_.rows(), 1), moved;
  for (Index t = 0; t < map.columns() && finite_; ++t) {
    map.linearise(state_, t)->apply(frame_, moved);
    map.apply(state_, t, next);
    state_.swap(next);
    finite_ = state_.allFinite() && moved.allFinite();
    if (!finite_) return;
    frame_.swap(moved);
    const Vector<double> logs = orthonormalise(frame_);
    if (waited_++ >= options_.transient) count(logs);
  }
}

void LyapunovEstimator::count(const Vector<double>& logs) {
  if (!open_) {
    if (static_cast<Index>(sums_.size()) >= options_.most_blocks) merge_blocks();
    sums_.push_back(Vector<double>::Zero(logs.size()));
    lengths_.push_back(0);
  }
  sums_.back() += logs;
  ++total_;
  open_ = ++lengths_.back() < block_length_;
}

void LyapunovEstimator::merge_blocks() {
  const std::size_t pairs = sums_.size() / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    sums_[i] = sums_[2 * i] + sums_[2 * i + 1];
    lengths_[i] = lengths_[2 * i] + lengths_[2 * i + 1];
  }
  if (sums_.size() % 2 == 1) {
    sums_[pairs] = sums_.back();
    lengths_[pairs] = lengths_.back();
  }
  const std::size_t left = pairs + sums_.size() % 2;
  sums_.resize(left);
  lengths_.resize(left);
  block_length_ *= 2;
}

LyapunovSpectrum LyapunovEstimator::result() const {
  LyapunovSpectrum spectrum;
  spectrum.counted = total_;
  if (!finite_) {
    spectrum.failure = "the states do not stay finite along the data";
    return spectrum;
  }
  if (total_ == 0) {
    spectrum.failure = "no sequence is longer than the transient of " + std::to_string(options_.transient) + " steps";
    return spectrum;
  }
  const auto blocks = static_cast<Index>(sums_.size());
  Matrix<double> sums(first_frame_.cols(), blocks);
  Vector<double> weights(blocks), running = Vector<double>::Zero(sums.rows());
  Index steps = 0;
  for (Index b = 0; b < blocks; ++b) {
    const auto at = static_cast<std::size_t>(b);
    sums.col(b) = sums_[at];
    weights(b) = static_cast<double>(lengths_[at]);
    running += sums_[at];
    steps += lengths_[at];
    spectrum.steps.push_back(steps);
    spectrum.largest.push_back({running(0) / static_cast<double>(steps)});
  }
  for (const double sum : running) spectrum.exponents.push_back({sum / static_cast<double>(total_)});
  if (auto intervals = block_bootstrap(sums, weights, options_.bootstrap)) spectrum.intervals = std::move(*intervals);
  return spectrum;
}

LyapunovSpectrum lyapunov_spectrum(const DrivenSystem& system, std::span<const Matrix<double>> sequences,
                                   const LyapunovOptions& options) {
  LyapunovEstimator estimator(system.state_size(), options);
  for (const Matrix<double>& x : sequences) {
    if (x.rows() != system.input_size()) throw UsageError("shape mismatch: rows of the input");
    estimator.start(Vector<double>::Zero(system.state_size()));
    for (Index begin = 0; begin < x.cols(); begin += kDriveSteps) {
      options.execution.poll();
      estimator.forward_step(*system.fix_inputs(x.middleCols(begin, std::min(kDriveSteps, x.cols() - begin))));
    }
  }
  return estimator.result();
}

}  // namespace unrecur
