#pragma once

#include <optional>
#include <string>
#include <vector>

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
  std::optional<std::string> set{};  ///< nothing: spectral, or the nearest that is for the cell
  double rate = 0.99;                ///< λ in (0, 1]
};

/// Moves a layer into a stable set of rate λ.
///
/// spectral (cells with bounded slopes): the nearest W in the Frobenius norm with (1 − α) + α s ‖W‖₂ ≤ λ, α the leak
/// and s the largest slope of the activation, proved for the stored numbers. Sets of gated cells
/// (theory/stable_sets/sets/) move recurrent rows and scale what holds a gate down, for the inputs given; of the lines
/// to them the nearest point is taken that is proved (theory/stable_sets/stable_line_search.h), which is near, and
/// need not be nearest of all. They compute in float: numbers that need not move keep all their bits.
///
/// Throws UsageError that names the layer where something is missing or impossible: an open convention, inputs without
/// bounds, a set for another kind of cell, a rate that its leak rules out.
ProjectedLayer project_layer(const RecurrentLayer& layer, const ProjectOptions& options, const InputSet& inputs);

}  // namespace unrecur
