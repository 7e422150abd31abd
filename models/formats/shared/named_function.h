#pragma once

#include <optional>
#include <string>

#include "models/formats/shared/recurrent_layer.h"
#include "models/layers/activation.h"

namespace unrecur {

/// The slope of hard_sigmoid, clip(slope v + 1/2, 0, 1), in Keras 1 and 2 and by default in ONNX, and in Keras 3, which
/// has relu6(v + 3)/6: the doubles nearest to 1/5 and 1/6.
inline constexpr double kHardSigmoidSlope = 0.2, kHardSigmoidSlopeOfKeras3 = 1.0 / 6.0;

/// A function by its name in Keras 1, 2 or 3 (`version`; 0: not known) and in what stores layers as Keras does; nothing
/// where it is none of ours, or one that the version decides and that is not known.
std::optional<ActivationFunction> keras_function(const std::string& name, int version);

/// Writes the functions of a gated layer into its attributes. What is no gate, or not known, becomes its obstacle, made
/// of the names.
struct NamedFunction {
  std::string name;
  std::optional<ActivationFunction> function;
};
void set_gated_functions(RecurrentLayer& layer, const NamedFunction& gates, const NamedFunction& candidate,
                         const NamedFunction& output);

}  // namespace unrecur
