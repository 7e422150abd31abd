#include "experiments/truncation/theorem_system.h"

#include <Eigen/QR>
#include <Eigen/SVD>

#include "base/errors.h"
#include "experiments/support/random.h"
#include "models/layers/cell_registry.h"
#include "models/truncation/orders.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

Matrix<double> normal(Index rows, Index columns, RandomStream& random) {
  Matrix<double> matrix(rows, columns);
  for (Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = random.normal();
  return matrix;
}

Matrix<double> with_norm(const Matrix<double>& matrix, double norm) {
  return matrix * (norm / Eigen::JacobiSVD<Matrix<double>>(matrix).singularValues()(0));
}

Matrix<double> recurrent_matrix(const TheoremSystemOptions& options, RandomStream& random) {
  const Matrix<double> drawn = normal(options.size, options.size, random);
  if (options.weights == "gaussian") return with_norm(drawn, options.rate);
  return options.rate * Matrix<double>(Eigen::HouseholderQR<Matrix<double>>(drawn).householderQ());
}

ModelSpec spec_of(const TheoremSystemOptions& options) {
  if (options.cell != "elman" && options.cell != "linear") throw UsageError("the theorems are about elman and linear");
  if (options.weights != "gaussian" && options.weights != "orthogonal" && options.weights != "scalar")
    throw UsageError("recurrent weights are gaussian, orthogonal or scalar");
  if (options.weights == "scalar" &&
      (options.cell != "linear" || options.size != 1 || options.inputs != 1 || options.outputs != 1))
    throw UsageError("the scalar system is linear, with one unit, one input and one output");
  ModelSpec spec;
  spec.frame = options.inputs;
  spec.units = options.size;
  spec.outputs = options.outputs;
  spec.cell = options.cell;
  spec.loss = "squared";
  return spec;
}

/// Inputs, targets, weights of the system where the theorems are tight.
void fill_scalar(const TheoremSystemOptions& options, TheoremSystem& system) {
  constexpr double kGain = 100.0, kReadout = 1e-3;
  Parameters<double>& weights = system.model.cell().parameters();
  weights[0].value(0) = kGain - 0.001;
  weights[1].value(0) = options.rate - 0.003;
  system.model.decoder().parameters()[0].value(0) = kReadout;
  system.batch.frames.setOnes();
  system.batch.targets.frames.setConstant(1.0 / kReadout);
  RecurrenceSet kind = *recurrence_set(system.model.cell());
  system.set = recurrence_ball(kind, options.rate, kGain, 0.0);
}

void fill_random(const TheoremSystemOptions& options, TheoremSystem& system) {
  RandomStream random(options.seed, "theorem system");
  Parameters<double>& weights = system.model.cell().parameters();
  weights[0].value = with_norm(normal(options.size, options.inputs, random), 1.0);
  weights[1].value = recurrent_matrix(options, random);
  if (weights.size() > 2) weights[2].value = 0.1 * normal(options.size, 1, random).normalized();
  system.model.decoder().parameters()[0].value =
      normal(options.outputs, options.size, random) / std::sqrt(static_cast<double>(options.size));
  const Index columns = system.batch.packing.columns();
  system.batch.frames = normal(options.inputs, columns, random);
  system.batch.targets.frames = normal(options.outputs, columns, random);
  const RecurrenceSet own = *recurrence_set(system.model.cell());
  system.set = recurrence_ball(own, own.rate, own.input_gain, own.offset);
}

}  // namespace

TheoremSystem make_theorem_system(const TheoremSystemOptions& options) {
  if (options.steps < 1 || options.sequences < 1 || !(options.rate > 0.003 && options.rate < 1.0))
    throw UsageError("a stable system needs a rate between 0.003 and 1, and steps and sequences");
  TheoremSystem system{SequenceModel<double>(spec_of(options)), {}, {}, 0.0, {}};
  system.batch.packing = Packing::uniform(options.steps, options.sequences);
  const Index columns = system.batch.packing.columns();
  system.batch.frames.resize(options.inputs, columns);
  system.batch.targets.frames.resize(options.outputs, columns);
  if (options.weights == "scalar") {
    fill_scalar(options, system);
  } else {
    fill_random(options, system);
  }
  // Norms of a few columns: widened by far more than their rounding.
  system.input_bound = system.batch.frames.colwise().norm().maxCoeff() * (1.0 + 1e-12);
  const double residual = system.batch.targets.frames.colwise().norm().maxCoeff() * (1.0 + 1e-12);
  const Matrix<double>& v = system.model.decoder().parameters()[0].value;
  system.loss = squared_loss(v, residual, TruncationConstants::state_bound(system.set, system.input_bound));
  return system;
}

std::vector<std::string> unforgetting_names() {
  return {"integrator", "expanding", "latch"};
}

Unforgetting make_unforgetting(const std::string& name, Index steps) {
  if (steps < 1) throw UsageError("a system runs over one step at least");
  Unforgetting system;
  system.inputs = Matrix<double>::Ones(1, steps);
  if (name == "latch") {
    system.cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
    system.cell->parameters()[0].value(0) = 3.0;
    system.cell->parameters()[1].value(0) = 2.0;
    system.inputs.rightCols(steps - 1).setZero();
    return system;
  }
  if (name != "integrator" && name != "expanding") throw UsageError("no system is named " + name);
  system.cell = make_cell<double>("linear", 1, 1, {});
  system.cell->parameters()[0].value(0) = 1.0;
  system.cell->parameters()[1].value(0) = name == "integrator" ? 1.0 : 1.05;
  return system;
}

std::vector<double> relative_gaps(const Unforgetting& system, const std::vector<Index>& orders) {
  const Index steps = system.inputs.cols();
  const Matrix<double> full = full_states<double>(*system.cell, system.inputs);
  const double largest = full.cwiseAbs().maxCoeff();
  std::vector<double> gaps;
  for (const Index k : orders) {
    const Matrix<double> cut = full_states<double>(*system.cell, system.inputs.rightCols(std::min(k, steps)));
    gaps.push_back(std::abs(full(steps - 1) - cut(cut.cols() - 1)) / largest);
  }
  return gaps;
}

}  // namespace unrecur
