#include "apps/project_layer.h"

#include <cmath>
#include <limits>

#include "apps/check_layers.h"
#include "apps/shortened_move.h"
#include "experiments/training/stable_set.h"
#include "models/attributes.h"
#include "models/errors.h"
#include "theory/projection.h"
#include "theory/slope_map.h"

namespace unrecur {
namespace {

/// The weights of a layer with PyTorch's names for them.
template <class Layer, class Visit>
void for_each_matrix(Layer& layer, const Visit& visit) {
  visit("weight_hh", layer.recurrent);
  visit("weight_ih", layer.input);
  visit("bias_ih", layer.input_bias);
  visit("bias_hh", layer.recurrent_bias);
}

Matrix<double> weight_of(const Cell<double>& cell, const std::string& name) {
  const Matrix<double>* found = find_parameter(cell.parameters(), name + "_l0");
  return found == nullptr ? Matrix<double>() : *found;
}

/// A layer of one of our own files keeps its weights in a cell; here they lie in its matrices, as in any other's.
RecurrentLayer opened(RecurrentLayer layer) {
  if (!layer.whole) return layer;
  if (layer.whole->kind() == "stack") {
    throw UsageError(
        "layer '" + layer.name +
        "': a stack has no stable set of its own; the sets know single elman, linear, lstm and gru layers");
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

void clip_singular_values(RecurrentLayer& layer, double rate) {
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

/// The box of a set of inputs in floats, rounded outwards.
InputBox float_box(const InputSet& inputs, Index m) {
  constexpr float far = std::numeric_limits<float>::max();
  const auto down = [](double x) { return std::nextafter(static_cast<float>(x), -far); };
  const auto up = [](double x) { return std::nextafter(static_cast<float>(x), far); };
  if (inputs.bound()) {
    const Vector<float> high = Vector<float>::Constant(m, up(*inputs.bound()));
    return {-high, high};
  }
  if (inputs.low().size() == 0) return {};
  return {inputs.low().unaryExpr(down).cast<float>(), inputs.high().unaryExpr(up).cast<float>()};
}

/// The layer as a model that stable sets know: dense inputs, and a decoder that plays no part.
SequenceModel<float> model_around(const RecurrentLayer& layer) {
  const auto cell = make_cell(layer);
  SequenceModel<float> model({.frame = cell->shape().input,
                              .cell = cell->kind(),
                              .attributes = cell->attributes(),
                              .units = layer.recurrent.cols(),
                              .outputs = 1,
                              .loss = "squared"});
  model.cell().parameters() = cast<float>(cell->parameters());
  return model;
}

void move_into_set(RecurrentLayer& layer, const std::string& name, double rate, const InputSet& inputs,
                   const SequenceModel<float>* own) {
  if (input_size_of(layer) == 0) refuse(layer, "its input weights are not known, and nothing bounds its gates");
  if (own == nullptr && !inputs.bounded()) {
    refuse(layer,
           "the stable sets of lstm and gru cells hold for bounded inputs: give --input-bound B or --inputs "
           "FILE.npy");
  }
  SequenceModel<float> model = own != nullptr ? *own : model_around(layer);
  const bool symbols = own != nullptr && own->spec().symbols > 0;
  if (!symbols && !inputs.bounded())
    refuse(layer, "the model reads dense inputs: give --input-bound B or --inputs FILE");
  try {
    make_stable_set(name, {.rate = rate, .inputs = symbols ? InputBox{} : float_box(inputs, model.spec().frame)})
        ->project(model);
  } catch (const UsageError& error) {
    refuse(layer, "set " + name + " at rate " + decimal(rate) + ": " + error.what());
  }
  for_each_matrix(layer, [&](const std::string& what, Matrix<double>& into) {
    const Matrix<float>* moved = find_parameter(model.cell().parameters(), what + "_l0");
    if (moved == nullptr || into.size() == 0) return;
    into = (into.cast<float>().array() == moved->array()).select(into, moved->cast<double>());
  });
}

/// The methods that may prove the rate: that of the set where one was asked for, or else any.
std::vector<std::string> proofs_of(const ProjectOptions& options) {
  if (!options.set) return gated_proofs();
  if (*options.set == "miller_hardt_l1") return {"miller_hardt"};
  return {*options.set == "comparison_gru" ? "comparison_matrix" : *options.set};
}

std::string default_set(const RecurrentLayer& layer) {
  if (layer.cell == "lstm") return "comparison_matrix";
  return layer.cell == "gru" ? "delta_iss" : "spectral";
}

}  // namespace

double ProjectedLayer::distance() const {
  double squares = 0.0;
  for (const MovedWeight& m : moved) squares += m.distance * m.distance;
  return std::sqrt(squares);
}

double ProjectedLayer::norm() const {
  double squares = 0.0;
  for (const MovedWeight& m : moved) squares += m.norm * m.norm;
  return std::sqrt(squares);
}

std::vector<std::string> gated_proofs() {
  return {"miller_hardt", "delta_iss", "comparison_matrix", "block_2norm"};
}

ProjectedLayer project_layer(const RecurrentLayer& layer, const ProjectOptions& options, const InputSet& inputs,
                             const SequenceModel<float>* own) {
  ProjectedLayer result{opened(layer), opened(layer), options.set.value_or(default_set(layer)), {}};
  if (!result.before.obstacle.empty()) refuse(layer, result.before.obstacle);
  if (!result.before.open.empty()) refuse(layer, question_of(layer));
  const bool gated = layer.cell == "lstm" || layer.cell == "gru";
  if (gated) {
    move_into_set(result.after, result.set, options.rate, inputs, own);
    // The sets stay below λ by what their own bounds of the inputs are too wide.
    result.after = shortened_move(result.before, result.after, proofs_of(options), options.rate, inputs);
  } else if (result.set == "spectral") {
    clip_singular_values(result.after, options.rate);
  } else {
    make_stable_set(result.set, {.rate = options.rate});  // says which names there are
    refuse(layer, "the set " + result.set + " is not for " + layer.cell + " cells: take spectral");
  }
  const auto record = [&](const char* name, const Matrix<double>& from, const Matrix<double>& to) {
    if (from.size() > 0) result.moved.push_back({name, (to - from).norm(), from.norm()});
  };
  record("weight_hh", result.before.recurrent, result.after.recurrent);
  record("weight_ih", result.before.input, result.after.input);
  record("bias_ih", result.before.input_bias, result.after.input_bias);
  record("bias_hh", result.before.recurrent_bias, result.after.recurrent_bias);
  return result;
}

}  // namespace unrecur
