#include "models/layers/activation_attributes.h"

#include <cmath>

#include "base/errors.h"
#include "base/expected.h"

namespace unrecur {
namespace {

/// By any of the names; those with parameters too.
ActivationFunction function_named(const std::string& name) {
  for (const Activation with_slope : {Activation::hard_sigmoid, Activation::leaky_relu, Activation::elu}) {
    if (name == name_of(with_slope)) return with_slope;
  }
  return activation_named(name);
}

}  // namespace

ActivationFunction read_activation(AttributeReader& read, const std::string& role, Activation otherwise) {
  ActivationFunction function = function_named(read.text(role, name_of(otherwise)));
  if (!function.has_slope()) return function;
  const std::string slope = role + "_slope";
  const double missing = std::nan("");
  function.slope = read.number(slope, missing);
  if (!(function.slope >= 0.0 && std::isfinite(function.slope))) {
    throw UsageError(std::isnan(function.slope)
                         ? name_of(function.kind) + " needs the attribute " + slope + ", a finite number of at least 0"
                         : slope + ": " + expected_but_found("a finite number of at least 0", function.slope));
  }
  if (function.kind != Activation::hard_sigmoid) return function;
  function.at_zero = read.number(role + "_at_zero", 0.5);
  if (!std::isfinite(function.at_zero)) {
    throw UsageError(role + "_at_zero: " + expected_but_found("a finite number", function.at_zero));
  }
  return function;
}

ActivationFunction activation_in(const Attributes& attributes, const std::string& role, Activation otherwise) {
  AttributeReader read(role, attributes);
  return read_activation(read, role, otherwise);
}

void write_activation(Attributes& attributes, const std::string& role, const ActivationFunction& function,
                      Activation otherwise) {
  if (function.kind == otherwise && !function.has_slope()) return;
  attributes[role] = name_of(function.kind);
  if (function.has_slope()) attributes[role + "_slope"] = decimal(function.slope);
  if (function.kind == Activation::hard_sigmoid && function.at_zero != 0.5) {
    attributes[role + "_at_zero"] = decimal(function.at_zero);
  }
}

}  // namespace unrecur
