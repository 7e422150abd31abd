#pragma once

#include <optional>
#include <string>

namespace unrecur {

/// The name of a weight of a recurrent layer: PREFIX weight_hh SUFFIX and the like. The names of one layer differ in
/// the middle only.
struct ParameterName {
  std::string prefix;  ///< "net.rnn.", "enc_", or empty
  std::string letter;  ///< how a weight begins: weight, w or W; of a bias: bias or b
  std::string role;    ///< ih, hh or hr
  std::string suffix;  ///< "", "_l0", "_reverse", "_l0_reverse"

  bool is_bias() const { return letter == "bias" || letter == "b"; }
  bool reverse() const { return suffix.ends_with("_reverse"); }
  /// The weight or the bias of that role in the same layer.
  std::string weight(const std::string& of) const { return prefix + letter + "_" + of + suffix; }
  std::string bias(const std::string& of) const { return prefix + (letter == "weight" ? "bias_" : "b_") + of + suffix; }
  /// MODULE, MODULE.l0, MODULE.l0.reverse; "rnn" where there is no module.
  std::string layer() const;
};

/// The parts of a name that PyTorch's recurrent modules give their weights, or hand-written ones after them; nothing
/// for another name.
std::optional<ParameterName> parse_parameter_name(const std::string& name);

}  // namespace unrecur
