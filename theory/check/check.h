#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "theory/check/layer_report.h"

namespace unrecur {

struct CheckOptions {
  double epsilon = 1e-3;                   ///< error for which the context is asked, above 0
  verify::Observed observed{};             ///< what that is an error of: the states, or outputs
  InputSet inputs = InputSet::anything();  ///< of the layer itself, for which certificates are to hold
  std::vector<std::string> methods{};      ///< as in RateOptions
  /// Whether to find out what keeps the rate up, what would help and how the context grows. Where the inputs of a gated
  /// cell are what stands in the way this searches for the largest bound on them that is enough, some ten times the
  /// cost of the upper bounds.
  bool explain = true;
  std::optional<std::string> vocabulary{};  ///< a tensor whose rows are likely the inputs, to be named as a remedy
  /// m × T each; where there are some, estimates are made along them and the context is measured.
  std::vector<Matrix<double>> sequences{};
  double measure_seconds = 20.0;  ///< wall time of that measurement
  /// Wall time for each of the searches that get better with time: witnesses of memory and their proofs (0: none), and
  /// a rate below 1 by method quadratic (0: what it does at least).
  double search_seconds = 0.0;
  ExecutionContext execution{};
};

/// Does the layer forget? Bounds its contraction rate from both sides and reads the bounds: the verdict, the bracket of
/// the rate, the context that is enough for an error of ε in the Euclidean norm of what is observed, and why. With
/// `search_seconds` also from below: the steps that every context needs, by two input sequences that end alike and are
/// still told apart (theory/memory/memory_proof.h). Where one input keeps two states apart for ever, that refutes.
///
/// A layer that is not checkable() has no bounds and the verdict undecided. Distances are not those of the file's
/// states where the cell is only conjugate to the file's map: then no context is stated. Throws UsageError for unknown
/// methods, an ε that is no positive number, a head that does not fit and sequences of another size, Interrupted where
/// a stop is asked for. Costs what bound_rate costs, more with `explain`, and `search_seconds`. Safe to call from
/// several threads at once: results do not depend on what other threads do, but that the search of memory goes by the
/// clock.
LayerReport check(const RecurrentLayer& layer, const CheckOptions& options = {});
/// The same for a cell with its weights.
LayerReport check(const Cell<double>& cell, const CheckOptions& options = {});

/// The context of the cell along options.sequences, of which there are some, measured for options.measure_seconds.
/// Throws Interrupted where a stop is asked for.
MeasuredContext measured_along(const Cell<double>& cell, const CheckOptions& options);

/// proved where every layer is, refuted where one is, undecided otherwise.
Verdict verdict_of(std::span<const LayerReport> reports);

}  // namespace unrecur
