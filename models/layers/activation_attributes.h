#pragma once

#include <string>

#include "models/layers/activation.h"
#include "models/layers/attributes.h"

namespace unrecur {

/// An activation among the attributes of a cell: ROLE is its name ("activation", "gates", …), and beside it stand
/// ROLE_slope, α of those that have one, and ROLE_at_zero, β of hard_sigmoid (default 1/2).
///
/// `otherwise` is meant where ROLE is not there. Throws UsageError for an unknown name, a slope that is missing,
/// negative or not finite, and parameters of a function that has none.
ActivationFunction read_activation(AttributeReader& read, const std::string& role, Activation otherwise);

/// The same for attributes that hold others beside.
ActivationFunction activation_in(const Attributes& attributes, const std::string& role, Activation otherwise);

/// Writes what read_activation reads; nothing where it is `otherwise`.
void write_activation(Attributes& attributes, const std::string& role, const ActivationFunction& function,
                      Activation otherwise);

}  // namespace unrecur
