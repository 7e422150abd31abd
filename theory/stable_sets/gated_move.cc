#include "theory/stable_sets/gated_move.h"

#include <limits>
#include <utility>

#include "base/errors.h"
#include "models/layers/attributes.h"
#include "theory/check/check.h"
#include "theory/check/checkable.h"
#include "theory/stable_sets/layer_matrices.h"
#include "theory/stable_sets/shortened_move.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {
namespace {

/// The box of a set of inputs in floats, rounded outwards.
InputBounds float_box(const InputSet& inputs, Index m) {
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

/// The layer as a model that stable sets know: dense inputs or symbols, and a decoder that plays no part.
SequenceModel<float> model_around(const RecurrentLayer& layer, const InputSet& inputs) {
  const auto cell = make_cell(layer);
  ModelSpec spec{.cell = cell->kind(),
                 .attributes = cell->attributes(),
                 .units = layer.recurrent.cols(),
                 .outputs = 1,
                 .loss = "squared"};
  const Matrix<double>& words = inputs.columns();
  if (words.size() > 0) {
    spec.symbols = words.cols();
    spec.embedding = words.rows();
    spec.window = inputs.window();
  } else {
    spec.frame = cell->shape().input;
  }
  SequenceModel<float> model(spec);
  if (words.size() > 0) model.encoder() = words.cast<float>();
  model.cell().parameters() = cast<float>(cell->parameters());
  return model;
}

/// The layer with the weights of the model where these differ: numbers that need not move keep all their bits.
RecurrentLayer with_weights_of(const SequenceModel<float>& model, const RecurrentLayer& layer) {
  RecurrentLayer moved = layer;
  for_each_matrix(moved, [&](const std::string& what, Matrix<double>& into) {
    const Matrix<float>* weight = find_parameter(model.cell().parameters(), what + "_l0");
    if (weight == nullptr || into.size() == 0) return;
    into = (into.cast<float>().array() == weight->array()).select(into, weight->cast<double>());
  });
  return moved;
}

/// The sets to be tried: the one of that name, or else all that are for the cell.
std::vector<const StableSetType*> candidates(const std::string& cell, const std::optional<std::string>& set) {
  if (set) return {&stable_set_type(*set)};
  std::vector<const StableSetType*> fitting;
  for (const StableSetType* type : registry::sets::all()) {
    if (type->cell == cell) fitting.push_back(type);
  }
  return fitting;
}

/// Ceilings of the gate that keeps the state for sets of this rate; 0 is a set's own.
std::vector<double> ceilings(double rate) {
  std::vector<double> all{0.0};
  for (const double part : {0.7, 0.8, 0.9, 0.95, 0.98}) all.push_back(part * rate);
  return all;
}

}  // namespace

std::vector<std::string> gated_proofs() {
  return {"miller_hardt", "delta_iss", "comparison_matrix", "block_2norm"};
}

GatedMove gated_move(const RecurrentLayer& layer, const std::optional<std::string>& set, double rate,
                     const InputSet& inputs, const ExecutionContext& execution) {
  const auto refuse = [&](const std::string& why) { throw UsageError("layer '" + layer.name + "': " + why); };
  const auto types = candidates(layer.cell, set);
  if (types.front()->cell != layer.cell) refuse("the set " + *set + " is not for " + layer.cell + " cells");
  if (input_size_of(layer) == 0) refuse("its input weights are not known, and nothing bounds its gates");
  if (!inputs.bounded()) {
    throw OptionError("inputs", "layer '" + layer.name + "': the stable sets of " + layer.cell +
                                    " cells hold for bounded inputs, and "
                                    "these have no bound");
  }
  const SequenceModel<float> whole = model_around(layer, inputs);
  const CheckOptions options{.inputs = inputs,
                             .methods = set ? std::vector{std::string(types.front()->proof)} : gated_proofs(),
                             .explain = false,
                             .execution = execution};
  const auto holds = [&](const RecurrentLayer& moved) {
    const auto proved = check(moved, options).rate_upper;
    return proved && proved->value <= rate;
  };
  if (holds(layer)) return {layer, std::string(types.front()->name)};

  std::optional<GatedMove> nearest, unproved;
  std::string obstacle;
  const Index symbols = whole.spec().symbols;
  const InputBounds bounds = symbols > 0 ? InputBounds{.exact_words = symbols} : float_box(inputs, whole.spec().frame);
  for (const StableSetType* type : types) {
    for (const double ceiling : ceilings(rate)) {
      SequenceModel<float> model = whole;
      try {
        type->make({.rate = rate, .ceiling = ceiling, .inputs = bounds})->project(model);
      } catch (const UsageError& error) {
        obstacle = error.what();
        continue;
      }
      const RecurrentLayer moved = with_weights_of(model, layer);
      const double closer_than = nearest ? distance(layer, nearest->layer) : std::numeric_limits<double>::infinity();
      if (auto near = shortened_move(layer, moved, holds, closer_than)) {
        nearest = {std::move(*near), std::string(type->name)};
      } else if (!unproved) {
        unproved = {moved, std::string(type->name)};
      }
    }
  }
  if (!nearest && !unproved) refuse("no " + set.value_or("stable set") + " of rate " + decimal(rate) + ": " + obstacle);
  return nearest ? std::move(*nearest) : std::move(*unproved);
}

}  // namespace unrecur
