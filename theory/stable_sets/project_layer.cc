#include "theory/stable_sets/project_layer.h"

#include <cmath>

#include "base/errors.h"
#include "base/named.h"
#include "models/layers/attributes.h"
#include "theory/certificates/kind_theory.h"
#include "theory/projections/projection.h"
#include "theory/slope/slope_map.h"
#include "theory/stable_sets/layer_matrices.h"
#include "theory/stable_sets/line_search.h"
#include "theory/stable_sets/stable_line_search.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {
namespace {

Matrix<double> weight_of(const Cell<double>& cell, const std::string& name) {
  const Matrix<double>* found = find_parameter(cell.parameters(), name + "_l0");
  return found == nullptr ? Matrix<double>() : *found;
}

/// A layer of one of our own files keeps its weights in a cell; here they lie in its matrices, as in any other's.
RecurrentLayer opened(RecurrentLayer layer) {
  if (!layer.whole) return layer;
  const std::string kind = layer.whole->kind();
  if (stable_sets_for(kind).empty()) {
    throw UsageError("layer '" + layer.name + "': no stable set is for " + kind +
                     " cells; the sets know single layers of the kinds " + join_names(kinds_with_stable_sets()));
  }
  for_each_matrix(layer, [&](const char* name, Matrix<double>& into) { into = weight_of(*layer.whole, name); });
  layer.state_size = layer.recurrent.cols();
  layer.whole.reset();
  return layer;
}

[[noreturn]] void refuse(const RecurrentLayer& layer, const std::string& why) {
  throw UsageError("layer '" + layer.name + "': " + why);
}

template <class S>
void clip(Matrix<double>& w, double radius) {
  Matrix<S> clipped = w.cast<S>();
  SpectralBallProjection<S>({.rate = radius, .prove = true}).project(clipped);
  // What lies inside the ball stays as it is.
  if (clipped != w.cast<S>()) w = clipped.template cast<double>();
}

void clip_layer(RecurrentLayer& layer, double rate) {
  const auto map = slope_map(*make_cell(layer));
  if (!map) refuse(layer, "the set spectral knows no slopes of its activation");
  const double kept = 1.0 - map->leak;
  if (!(rate > kept)) {
    refuse(layer, "its leak keeps " + decimal(kept) + " of the state at every step, so no rate is below that");
  }
  constexpr double room = 1e-9;
  const double radius = (rate - kept) / (map->leak * map->largest_slope()) * (1.0 - room);
  if (all_floats(layer.recurrent)) {
    clip<float>(layer.recurrent, radius);
  } else {
    clip<double>(layer.recurrent, radius);
  }
}

}  // namespace

double ProjectedLayer::distance() const {
  return unrecur::distance(before, after);
}

double ProjectedLayer::norm() const {
  double norm = 0.0;
  for (const MovedWeight& m : moved) norm = std::hypot(norm, m.norm);
  return norm;
}

ProjectedLayer project(const RecurrentLayer& layer, const ProjectOptions& options) {
  if (!(options.rate > 0.0 && options.rate <= 1.0)) {
    throw OptionError("rate", "expected a number above 0 and at most 1, found " + decimal(options.rate));
  }
  options.execution.poll();
  ProjectedLayer result{.before = opened(layer)};
  if (!result.before.obstacle.empty()) refuse(layer, result.before.obstacle);
  if (!result.before.open.empty()) refuse(layer, format_open(layer));
  if (needs_bounded_inputs(layer.cell)) {
    StableLayer nearest =
        stable_line_search(result.before, options.set, options.rate, options.inputs, options.execution);
    result.after = std::move(nearest.layer);
    result.set = std::move(nearest.set);
  } else {
    result.set = stable_set_type(options.set.value_or("spectral")).name;
    if (result.set != "spectral") {
      refuse(layer, "the set " + result.set + " is not for " + layer.cell + " cells: take spectral");
    }
    result.after = result.before;
    clip_layer(result.after, options.rate);
  }
  const auto record = [&](const char* name, const Matrix<double>& from, const Matrix<double>& to) {
    if (from.size() > 0) result.moved.push_back({name, (to - from).stableNorm(), from.stableNorm()});
  };
  record("weight_hh", result.before.recurrent, result.after.recurrent);
  record("weight_ih", result.before.input, result.after.input);
  record("bias_ih", result.before.input_bias, result.after.input_bias);
  record("bias_hh", result.before.recurrent_bias, result.after.recurrent_bias);
  return result;
}

}  // namespace unrecur
