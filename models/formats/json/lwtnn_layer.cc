#include "models/formats/json/lwtnn_layer.h"

#include <cmath>

#include "base/errors.h"
#include "models/formats/shared/named_function.h"

namespace unrecur {
namespace {

using nlohmann::json;

class LwtnnLayer {
 public:
  LwtnnLayer(const json& layer, const std::string& place, const std::string& file)
      : layer_(layer), place_(place), file_(file) {}

  RecurrentLayer read() {
    RecurrentLayer result;
    result.name = place_;
    result.cell = layer_["architecture"].get<std::string>();
    // Our order.
    const std::vector<std::string> gates =
        result.cell == "lstm" ? std::vector<std::string>{"i", "f", "c", "o"} : std::vector<std::string>{"r", "z", "h"};
    std::vector<double> recurrent, input, bias;
    for (std::size_t k = 0; k < gates.size(); ++k) {
      append(gates[k], "U", k, recurrent);
      append(gates[k], "weights", k, input);
      append(gates[k], "bias", k, bias);
      result.sources.push_back(place_ + ".components." + gates[k]);
    }
    const auto rows = bias.size(), n = rows / gates.size();
    if (n == 0 || n > 65536 || rows % gates.size() != 0 || recurrent.size() != rows * n || input.empty() ||
        input.size() % rows != 0) {
      fail("components", "lists of n, n * n and n * m numbers for each gate, of the same n and m");
    }
    result.state_size = static_cast<Index>(n);
    result.recurrent = by_rows(recurrent, static_cast<Index>(rows));
    result.input = by_rows(input, static_cast<Index>(rows));
    result.input_bias = by_rows(bias, static_cast<Index>(rows));
    if (result.cell == "gru") result.attributes["reset"] = "before";
    settle_functions(result);
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& key, const std::string& expected) const {
    throw FileError({file_, place_ + "." + key, "expected " + expected, "write the file again by lwtnn's converter"});
  }

  /// Adds the numbers of the gate number `before` to those of the gates before it.
  void append(const std::string& gate, const char* what, std::size_t before, std::vector<double>& into) const {
    const auto components = layer_.find("components");
    if (components == layer_.end() || !components->is_object()) fail("components", "an object with the gates");
    const auto component = components->find(gate);
    const std::string key = "components." + gate + "." + what;
    if (component == components->end() || !component->is_object() || !component->contains(what)) {
      fail(key, "a list of numbers, found none");
    }
    const json& list = (*component)[what];
    if (!list.is_array()) fail(key, "a list of numbers");
    for (const json& value : list) {
      if (!value.is_number()) fail(key, "numbers, found " + std::string(value.type_name()));
      into.push_back(value.get<double>());
    }
    // Gates of different sizes could otherwise add up.
    if (into.size() != (before + 1) * list.size()) fail(key, "as many numbers as other gates have");
  }

  static Matrix<double> by_rows(const std::vector<double>& values, Index rows) {
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const Rows>(values.data(), rows, static_cast<Index>(values.size()) / rows);
  }

  void settle_functions(RecurrentLayer& result) const {
    const auto function = [&](const char* key) {
      const auto found = layer_.find(key);
      return found != layer_.end() && found->is_string() ? found->get<std::string>() : std::string("with parameters");
    };
    const std::string activation = function("activation"), gates = function("inner_activation");
    // lwtnn's own words for what Keras 1 and 2 had.
    const auto named = [](const std::string& name) {
      const std::string in_keras = name == "rectified" ? "relu" : name;
      return NamedFunction{name, in_keras == "softsign" ? std::nullopt : keras_function(in_keras, 2)};
    };
    set_gated_functions(result, named(gates), named(activation), named(activation));
  }

  const json& layer_;
  const std::string& place_;
  const std::string& file_;
};

}  // namespace

RecurrentLayer read_lwtnn_layer(const json& layer, const std::string& place, const std::string& file) {
  return LwtnnLayer(layer, place, file).read();
}

}  // namespace unrecur
