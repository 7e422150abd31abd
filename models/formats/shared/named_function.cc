#include "models/formats/shared/named_function.h"

#include "models/layers/activation_attributes.h"

namespace unrecur {

std::optional<ActivationFunction> keras_function(const std::string& name, int version) {
  for (const Activation plain : {Activation::tanh, Activation::relu, Activation::sigmoid, Activation::softsign}) {
    if (name == name_of(plain)) return plain;
  }
  if (name == "linear") return Activation::identity;
  if (name == "elu") return ActivationFunction(Activation::elu, 1.0);
  if (name == "leaky_relu" && version >= 3) return ActivationFunction(Activation::leaky_relu, 0.2);
  if (name != "hard_sigmoid" || version == 0) return std::nullopt;
  return ActivationFunction(Activation::hard_sigmoid, version < 3 ? kHardSigmoidSlope : kHardSigmoidSlopeOfKeras3);
}

void set_gated_functions(RecurrentLayer& layer, const NamedFunction& gates, const NamedFunction& candidate,
                         const NamedFunction& output) {
  const bool lstm = layer.cell == "lstm";
  const auto named = [](const NamedFunction& f) { return f.name.substr(0, 40); };
  if (!gates.function || !gates.function->is_gate()) {
    layer.obstacle = "gates of the function " + named(gates) +
                     " make it none of the cells known here: these have the logistic function or a hard sigmoid";
    return;
  }
  for (const NamedFunction* f : {&candidate, &output}) {
    if (f->function || (f == &output && !lstm)) continue;
    layer.obstacle = "the function " + named(*f) + " in the place of tanh makes it none of the cells known here";
    return;
  }
  write_activation(layer.attributes, "gates", *gates.function, Activation::sigmoid);
  write_activation(layer.attributes, "candidate", *candidate.function, Activation::tanh);
  if (lstm) write_activation(layer.attributes, "output", *output.function, Activation::tanh);
}

}  // namespace unrecur
