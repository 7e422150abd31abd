#include "experiments/truncation/gap.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "models/truncation/orders.h"

namespace unrecur {
namespace {

/// Running sums over sequences, per order.
class GapSums {
 public:
  GapSums(const SequenceModel<double>& model, Index orders, const std::function<double(const Vector<double>&)>& norm,
          const ExecutionContext& execution)
      : model_(model), orders_(static_cast<std::size_t>(orders)), norm_(norm), execution_(execution) {
    for (auto* curve :
         {&curves_.state_max, &curves_.state_mean, &curves_.output_max, &curves_.output_mean, &curves_.loss}) {
      curve->assign(orders_, 0.0);
    }
    if (norm_) curves_.certified_max.assign(orders_, 0.0);
  }

  void add(const Batch<double>& sequence) {
    if (sequence.packing.batch() != 1) throw UsageError("the gap is measured on one sequence at a time");
    const Matrix<double> x = model_.inputs(sequence);
    const Matrix<double> full = full_states<double>(model_.cell(), x);
    const Matrix<double> h = model_.cell().output_of(full);
    scored_ = sequence.targets.frames.size() > 0 || !sequence.targets.symbols.empty();
    if (scored_) curves_.full_loss += model_.decoder().evaluate(h, sequence.targets);
    steps_ += static_cast<double>(x.cols());
    TruncationSweep<double> sweep(model_.cell(), x);
    for (std::size_t k = 0; k < orders_; ++k) {
      execution_.poll();
      sweep.forward_step();
      add_order(k, full, sweep.states(), sequence.targets);
    }
  }

  GapCurves mean() && {
    for (auto* curve : {&curves_.state_mean, &curves_.output_mean, &curves_.loss}) {
      for (double& y : *curve) y /= steps_;
    }
    curves_.full_loss /= steps_;
    if (!scored_) curves_.loss.clear();
    return std::move(curves_);
  }

 private:
  void add_order(std::size_t k, const Matrix<double>& full, const Matrix<double>& truncated,
                 const Targets<double>& targets) {
    const Matrix<double> difference = full - truncated;
    const Vector<double> distance = difference.colwise().norm();
    curves_.state_max[k] = std::max(curves_.state_max[k], distance.maxCoeff());
    curves_.state_mean[k] += distance.sum();
    const Matrix<double> h = model_.cell().output_of(full), cut = model_.cell().output_of(truncated);
    const Vector<double> output = model_.decoder().distances(h, cut);
    curves_.output_max[k] = std::max(curves_.output_max[k], output.maxCoeff());
    curves_.output_mean[k] += output.sum();
    if (scored_) curves_.loss[k] += model_.decoder().evaluate(cut, targets);
    for (Index t = 0; norm_ && t < difference.cols(); ++t) {
      curves_.certified_max[k] = std::max(curves_.certified_max[k], norm_(difference.col(t)));
    }
  }

  const SequenceModel<double>& model_;
  std::size_t orders_;
  const std::function<double(const Vector<double>&)>& norm_;
  const ExecutionContext& execution_;
  GapCurves curves_;
  double steps_ = 0.0;
  bool scored_ = false;
};

}  // namespace

double largest_input(const SequenceModel<double>& model, std::span<const Batch<double>> sequences) {
  double largest = 0.0;
  for (const auto& s : sequences) largest = std::max(largest, model.inputs(s).colwise().norm().maxCoeff());
  return largest;
}

GapCurves measure_gap(const SequenceModel<double>& model, std::span<const Batch<double>> sequences, Index orders,
                      const std::function<double(const Vector<double>&)>& norm, const ExecutionContext& execution) {
  if (orders < 1 || sequences.empty()) throw UsageError("the gap needs at least one order and one sequence");
  GapSums sums(model, orders, norm, execution);
  for (const auto& sequence : sequences) sums.add(sequence);
  return std::move(sums).mean();
}

GapCurves measure_state_gap(const Cell<double>& cell, std::span<const Matrix<double>> sequences, Index orders,
                            const ExecutionContext& execution) {
  if (orders < 1 || sequences.empty()) throw UsageError("the gap needs at least one order and one sequence");
  GapCurves curves;
  const auto count = static_cast<std::size_t>(orders);
  for (auto* curve : {&curves.state_max, &curves.state_mean, &curves.output_max, &curves.output_mean}) {
    curve->assign(count, 0.0);
  }
  double steps = 0.0;
  for (const Matrix<double>& x : sequences) {
    const Matrix<double> full = full_states<double>(cell, x), h = cell.output_of(full);
    steps += static_cast<double>(x.cols());
    TruncationSweep<double> sweep(cell, x);
    for (std::size_t k = 0; k < count; ++k) {
      execution.poll();
      sweep.forward_step();
      const Vector<double> state = (full - sweep.states()).colwise().norm();
      const Vector<double> output = (h - cell.output_of(Matrix<double>(sweep.states()))).colwise().norm();
      curves.state_max[k] = std::max(curves.state_max[k], state.maxCoeff());
      curves.state_mean[k] += state.sum();
      curves.output_max[k] = std::max(curves.output_max[k], output.maxCoeff());
      curves.output_mean[k] += output.sum();
    }
  }
  for (auto* curve : {&curves.state_mean, &curves.output_mean}) {
    for (double& y : *curve) y /= steps;
  }
  return curves;
}

std::optional<double> decay_rate(std::span<const double> y, double floor) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < y.size() && y[i] > floor; ++i) {
    const double x = static_cast<double>(i + 1), ln = std::log(y[i]);
    n += 1;
    sx += x;
    sy += ln;
    sxx += x * x;
    sxy += x * ln;
  }
  if (n < 3) return std::nullopt;
  return std::exp((n * sxy - sx * sy) / (n * sxx - sx * sx));
}

std::optional<Index> first_order_within(std::span<const double> y, double epsilon) {
  std::size_t beyond = y.size();
  while (beyond > 0 && y[beyond - 1] <= epsilon) --beyond;
  if (beyond == y.size()) return std::nullopt;
  return static_cast<Index>(beyond) + 1;
}

}  // namespace unrecur
