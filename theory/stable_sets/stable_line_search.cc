#include "theory/stable_sets/stable_line_search.h"

#include <limits>
#include <utility>

#include "base/errors.h"
#include "models/layers/attributes.h"
#include "theory/certificates/kind_theory.h"
#include "theory/check/check.h"
#include "theory/check/checkable.h"
#include "theory/stable_sets/layer_matrices.h"
#include "theory/stable_sets/layer_model.h"
#include "theory/stable_sets/line_search.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {
namespace {

/// The sets to be tried: the one of that name, or else all that are for the cell.
std::vector<const StableSetType*> candidates(const std::string& cell, const std::optional<std::string>& set) {
  return set ? std::vector{&stable_set_type(*set)} : stable_sets_for(cell);
}

/// Ceilings of the gate that keeps the state for sets of this rate; 0 is a set's own.
std::vector<double> ceilings(double rate) {
  std::vector<double> all{0.0};
  for (const double part : {0.7, 0.8, 0.9, 0.95, 0.98}) all.push_back(part * rate);
  return all;
}

}  // namespace

std::vector<std::string> projection_proofs(std::string_view kind) {
  const KindTheory* theory = find_kind_theory(kind);
  if (theory == nullptr || !theory->needs_bounded_inputs) return {"spectral_norm"};
  std::vector<std::string> proofs;
  for (const std::string_view method : theory->upper_methods) {
    // Some hundred matrices are asked about: a search for a full metric would take minutes.
    if (method != "quadratic") proofs.emplace_back(method);
  }
  return proofs;
}

StableLayer stable_line_search(const RecurrentLayer& layer, const std::optional<std::string>& set, double rate,
                               const InputSet& inputs, const ExecutionContext& execution) {
  const auto refuse = [&](const std::string& why) { throw UsageError("layer '" + layer.name + "': " + why); };
  const auto types = candidates(layer.cell, set);
  if (types.empty()) refuse("no stable set is for " + layer.cell + " cells");
  if (!types.front()->fits(layer.cell)) refuse("the set " + *set + " is not for " + layer.cell + " cells");
  if (input_size_of(layer) == 0) refuse("its input weights are not known, and nothing bounds its gates");
  if (!inputs.bounded()) {
    throw OptionError("inputs", "layer '" + layer.name + "': the stable sets of " + layer.cell +
                                    " cells hold for bounded inputs, and "
                                    "these have no bound");
  }
  const SequenceModel<float> whole = model_around(layer, inputs);
  const CheckOptions options{
      .inputs = inputs,
      .methods = set ? std::vector{std::string(types.front()->proof)} : projection_proofs(layer.cell),
      .explain = false,
      .execution = execution};
  const auto holds = [&](const RecurrentLayer& moved) {
    const auto proved = check(moved, options).rate_upper;
    return proved && proved->value <= rate;
  };
  if (holds(layer)) return {layer, std::string(types.front()->name)};

  std::optional<StableLayer> nearest, unproved;
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
      if (auto near = line_search(layer, moved, holds, closer_than)) {
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
