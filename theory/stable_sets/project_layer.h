#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/execution.h"
#include "models/formats/shared/recurrent_layer.h"
#include "models/sequence/sequence_model.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// How far one weight of a layer moved.
struct MovedWeight {
  std::string name;       ///< weight_hh, weight_ih, bias_ih or bias_hh, in PyTorch's words
  double distance = 0.0;  ///< ‖P − W‖_F
  double norm = 0.0;      ///< ‖W‖_F before
};

/// A layer with its weights in a stable set.
struct ProjectedLayer {
  RecurrentLayer before{}, after{};  ///< with all weights in their matrices
  std::string set{};
  std::vector<MovedWeight> moved{};

  double distance() const;  ///< Frobenius norm of all differences
  double norm() const;      ///< and of all weights before
};

struct ProjectOptions {
  std::optional<std::string> set{};        ///< nothing: spectral, or the nearest that is for the cell
  double rate = 0.99;                      ///< λ in (0, 1]
  InputSet inputs = InputSet::anything();  ///< for which sets of gated cells are to hold
  ExecutionContext execution{};
};

/// Moves a layer into a stable set of rate λ.
///
/// spectral (elman, linear): the nearest W in the Frobenius norm with (1 − α) + α s ‖W‖₂ ≤ λ, α the leak and s the
/// largest slope of the activation, proved for the stored numbers. Sets of lstm and gru cells
/// (experiments/training/sets/) move recurrent rows and scale what holds a gate down, for the inputs given; of the ways
/// into them the nearest point is taken that bound_rate proves (theory/stable_sets/gated_move.h), which is near, and
/// need not be nearest of all. They compute in float: numbers that need not move keep all their bits.
///
/// Throws UsageError that names the layer where something is missing or impossible: an open convention, inputs without
/// bounds, a set for another kind of cell, a rate that its leak rules out. Throws Interrupted
/// where a stop is asked for.
ProjectedLayer project(const RecurrentLayer& layer, const ProjectOptions& options = {});

}  // namespace unrecur
