#include "experiments/truncation/descent.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "base/errors.h"

namespace unrecur {
namespace {

/// The last `steps` steps of sequences of one length; only the last step has a weight.
Batch<double> last_steps(const Batch<double>& batch, Index steps) {
  const Index width = batch.packing.batch(), columns = steps * width;
  const auto drop = static_cast<std::ptrdiff_t>(batch.packing.columns() - columns);
  Batch<double> cut;
  cut.packing = Packing::uniform(steps, width);
  cut.frames = batch.frames.rightCols(columns);
  const Targets<double>& targets = batch.targets;
  if (targets.frames.size() > 0) cut.targets.frames = targets.frames.rightCols(columns);
  if (!targets.symbols.empty()) cut.targets.symbols.assign(targets.symbols.begin() + drop, targets.symbols.end());
  cut.targets.weights = Vector<double>::Zero(columns);
  cut.targets.weights.tail(width).setOnes();
  return cut;
}

void clip_singular_values(Matrix<double>& matrix, double bound) {
  if (matrix.norm() <= bound) return;
  const Eigen::JacobiSVD<Matrix<double>> svd(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
  if (svd.singularValues()(0) <= bound) return;
  const Vector<double> clipped = svd.singularValues().cwiseMin(bound);
  matrix = svd.matrixU() * clipped.asDiagonal() * svd.matrixV().transpose();
}

void descend(SequenceModel<double>& model, LastStepLoss& loss, const RecurrenceSet& set, Index order, double rate) {
  const Parameters<double> gradient = loss.gradient(model, order);
  Parameters<double>& weights = model.cell().parameters();
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i].value -= rate * gradient[i].value;
  project_into(set, weights);
}

}  // namespace

LastStepLoss::LastStepLoss(const Batch<double>& batch) {
  const Index steps = batch.packing.steps(), width = batch.packing.batch();
  if (batch.frames.size() == 0 || steps * width != batch.packing.columns())
    throw UsageError("the loss of the last step is that of sequences of frames of one length");
  full_ = last_steps(batch, steps);
}

const Batch<double>& LastStepLoss::inputs(Index order) {
  if (order < 0) throw UsageError("an order is not negative");
  if (order == 0 || order >= steps()) return full_;
  if (order != cut_order_) cut_ = last_steps(full_, order);
  cut_order_ = order;
  return cut_;
}

double LastStepLoss::value(const SequenceModel<double>& model, Index order) {
  const Batch<double>& batch = inputs(order);
  return model.evaluate(batch, model.zero_state(batch.packing.batch()), work_).mean();
}

Parameters<double> LastStepLoss::gradient(const SequenceModel<double>& model, Index order) {
  const Batch<double>& batch = inputs(order);
  Gradients<double> gradients = model.make_gradients();
  model.differentiate(batch, model.zero_state(batch.packing.batch()), {}, work_, gradients);
  const auto layers = gradients.layers();
  return {layers.begin(), layers.end()};
}

Matrix<double> LastStepLoss::last_states(const SequenceModel<double>& model, Index order) {
  const Batch<double>& batch = inputs(order);
  model.evaluate(batch, model.zero_state(batch.packing.batch()), work_);
  return work_.final_state;
}

double weight_distance(const Parameters<double>& a, const Parameters<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i].value - b[i].value).squaredNorm();
  return std::sqrt(sum);
}

void project_into(const RecurrenceSet& set, Parameters<double>& weights) {
  clip_singular_values(*find_parameter(weights, "weight_hh_l0"), set.rate);
  clip_singular_values(*find_parameter(weights, "weight_ih_l0"), set.input_gain);
  Matrix<double>* b = find_parameter(weights, "bias_ih_l0");
  if (b != nullptr && b->norm() > set.offset) *b *= set.offset / b->norm();
}

DescentPair descend_pair(const SequenceModel<double>& start, LastStepLoss& loss, const RecurrenceSet& set, Index order,
                         double alpha, Index steps) {
  DescentPair pair{start, start, {}};
  for (Index s = 1; s <= steps; ++s) {
    const double rate = alpha / static_cast<double>(s);
    descend(pair.recurrent, loss, set, 0, rate);
    descend(pair.truncated, loss, set, order, rate);
    pair.distance.push_back(weight_distance(pair.recurrent.cell().parameters(), pair.truncated.cell().parameters()));
  }
  return pair;
}

}  // namespace unrecur
