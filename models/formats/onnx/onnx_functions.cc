#include "models/formats/onnx/onnx_functions.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "models/layers/activation_attributes.h"

namespace unrecur {
namespace {

/// Which parameters a function takes, and what they are where nothing is said.
struct ParameterUse {
  bool alpha = false, beta = false;
  double alpha_otherwise = 0.0, beta_otherwise = 0.0;
};

ParameterUse use_of(const std::string& function) {
  if (function == "hardsigmoid") return {true, true, kHardSigmoidSlope, 0.5};
  if (function == "affine" || function == "scaledtanh") return {true, true, 1.0, 0.0};
  if (function == "leakyrelu") return {true, false, 0.01, 0.0};
  if (function == "elu" || function == "thresholdedrelu") return {true, false, 1.0, 0.0};
  return {};
}

std::optional<ActivationFunction> function_of(const std::string& name, double alpha, double beta) {
  if (name == "tanh") return Activation::tanh;
  if (name == "sigmoid") return Activation::sigmoid;
  if (name == "relu") return Activation::relu;
  if (name == "softsign") return Activation::softsign;
  const bool sensible = alpha >= 0.0 && std::isfinite(alpha) && std::isfinite(beta);
  if (!sensible) return std::nullopt;
  if (name == "hardsigmoid") return ActivationFunction(Activation::hard_sigmoid, alpha, beta);
  if (name == "leakyrelu") return ActivationFunction(Activation::leaky_relu, alpha);
  if (name == "elu") return ActivationFunction(Activation::elu, alpha);
  return name == "affine" && alpha == 1.0 && beta == 0.0 ? std::optional<ActivationFunction>(Activation::identity)
                                                         : std::nullopt;
}

/// The number of function `which` of all; nothing where the list does not say.
std::optional<double> parameter(const OnnxAttribute* list, bool ParameterUse::*takes,
                                const std::vector<std::string>& all, std::size_t which, double otherwise) {
  if (!(use_of(all[which]).*takes) || list == nullptr || list->reals.empty()) return otherwise;
  std::size_t before = 0, takers = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool takes_one = use_of(all[i]).*takes;
    takers += takes_one ? 1 : 0;
    before += takes_one && i < which ? 1 : 0;
  }
  if (list->reals.size() == takers) return list->reals[before];
  return list->reals.size() == all.size() ? std::optional(list->reals[which]) : std::nullopt;
}

/// Those of all directions.
std::vector<std::string> stated_names(const OnnxNode& node) {
  const OnnxAttribute* stated = node.find("activations");
  std::vector<std::string> names = stated == nullptr ? std::vector<std::string>{} : stated->texts;
  for (std::string& name : names) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  return names;
}

}  // namespace

std::vector<NamedFunction> onnx_functions(const OnnxNode& node, const std::vector<std::string>& own, std::size_t k) {
  std::vector<std::string> all = stated_names(node);
  const std::size_t first = all.empty() ? 0 : k * own.size();
  if (all.empty()) all = own;
  std::vector<NamedFunction> functions;
  for (std::size_t i = first; i < std::min(first + own.size(), all.size()); ++i) {
    functions.push_back({all[i], std::nullopt});
    const ParameterUse use = use_of(all[i]);
    const auto alpha = parameter(node.find("activation_alpha"), &ParameterUse::alpha, all, i, use.alpha_otherwise);
    const auto beta = parameter(node.find("activation_beta"), &ParameterUse::beta, all, i, use.beta_otherwise);
    if (alpha && beta) functions.back().function = function_of(all[i], *alpha, *beta);
  }
  return functions;
}

}  // namespace unrecur
