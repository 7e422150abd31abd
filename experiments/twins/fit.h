#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/execution.h"
#include "experiments/twins/tcn_twin.h"
#include "experiments/twins/window_model.h"
#include "models/formats/shared/model_reader.h"
#include "models/layers/cell.h"
#include "theory/arithmetic/bounds.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// Feed-forward models that are to take a recurrence's place.
enum class TwinFamily {
  truncated,  ///< the recurrence itself over the last k inputs from zero, unrolled: k layers of shared weights
  fir,        ///< an affine map of the last k inputs, by least squares
  volterra,   ///< the same with all products of two of the newest inputs
  tcn,        ///< a network of causal dilated convolutions, trained by imitation
};
/// Throws UsageError that lists the names.
TwinFamily twin_family_named(std::string_view name);
std::string_view name_of(TwinFamily family);

/// What is imitated: y = V h + c of the recurrence's outputs h, or h itself without a head.
struct TwinTeacher {
  const Cell<double>* cell = nullptr;
  std::optional<DenseHead> head{};

  Index outputs() const { return head ? head->weight.rows() : cell->shape().output; }
  /// y of a matrix of states.
  Matrix<double> outputs_of(const ConstMatrixRef<double>& states) const;
};

struct FitOptions {
  std::vector<TwinFamily> families{TwinFamily::truncated, TwinFamily::fir, TwinFamily::volterra};
  Index largest_order = 64;    ///< k = 1, 2, 4, … up to this
  double epsilon = 0.05;       ///< error asked for, as FittedTwin::error
  double ridge = 1e-9;         ///< fit_window_models
  double held_out = 0.25;      ///< share of every sequence, its end, that nothing is fitted to
  TcnOptions tcn{};            ///< of networks; the largest order and its quarters that are powers of two are trained
  Index most_features = 1024;  ///< of a fitted model; orders with more are left out
  InputSet inputs = InputSet::anything();  ///< that the sequences belong to: bounds of truncations hold for these
  std::vector<Matrix<double>> targets{};   ///< p × T for each sequence, or none: for losses
  ExecutionContext execution{};
};

/// One twin, measured on the held-out steps.
struct FittedTwin {
  TwinFamily family = TwinFamily::truncated;
  Index order = 0;                    ///< k
  double error = 0.0;                 ///< RMS of y − ŷ over the RMS of y
  double largest_gap = 0.0;           ///< max ‖y_t − ŷ_t‖₂
  std::optional<double> state_gap{};  ///< max ‖s_t − s_t^k‖₂, of truncations
  std::optional<UpperBound> bound{};  ///< of that, at every step of every sequence from the set; where a rate is proved
  std::optional<double> loss{};       ///< mean ½‖ŷ − target‖² over steps, where there are targets
  Index parameters = 0;
  Index multiply_adds = 0;                                ///< for each step, all of the window again
  std::shared_ptr<const SequenceModel<float>> network{};  ///< of trained ones
  std::optional<WindowModel> model{};                     ///< of fir and volterra
};

struct TwinFit {
  double epsilon = 0.0;
  Index fitted_steps = 0, held_out_steps = 0;
  double output_rms = 0.0;  ///< of the teacher on held-out steps
  std::optional<double> teacher_loss{};
  std::vector<FittedTwin> twins{};        ///< family by family, orders rising
  std::optional<std::size_t> cheapest{};  ///< the fewest multiply-adds with an error of at most ε
  std::vector<std::string> left_out{};    ///< what was too large, and why

  /// The smallest k of a family with an error of at most ε.
  std::optional<Index> smallest_order(TwinFamily family) const;
};

/// Fits twins of every family to what the teacher does along these sequences, m × T each, from the zero state, and
/// measures them on the end of each. Bounds of truncations are those of check() for the inputs of the set.
///
/// Throws UsageError where there is no sequence, one has less than 8 steps, or sizes do not fit. Costs one sweep over
/// the sequences for each order, the square of the number of features for each step, and a check.
TwinFit fit_twins(const TwinTeacher& teacher, std::span<const Matrix<double>> sequences, const FitOptions& options);

}  // namespace unrecur
