#include "models/formats/compare_layers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace unrecur {
namespace {

/// The weights of a layer that is stored as a whole cell, where that is one cell and not a stack.
RecurrentLayer taken_apart(const RecurrentLayer& layer) {
  if (!layer.whole) return layer;
  RecurrentLayer parts = layer;
  const auto take = [&](const char* name, Matrix<double>& into) {
    if (const Matrix<double>* found = find_parameter(layer.whole->parameters(), name)) into = *found;
  };
  take("weight_hh_l0", parts.recurrent);
  take("weight_ih_l0", parts.input);
  take("bias_ih_l0", parts.input_bias);
  take("bias_hh_l0", parts.recurrent_bias);
  parts.attributes.erase("recurrent_bias");
  return parts;
}

/// ‖a − b‖ / ‖a‖; infinity for different sizes.
double relative_distance(const Matrix<double>& a, const Matrix<double>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return std::numeric_limits<double>::infinity();
  if (a.size() == 0 || a == b) return 0.0;
  const double norm = a.stableNorm();
  return norm > 0.0 ? (a - b).stableNorm() / norm : std::numeric_limits<double>::infinity();
}

bool is_alike(const RecurrentLayer& a, const RecurrentLayer& b) {
  return a.cell == b.cell && a.direction == b.direction && a.recurrent.rows() == b.recurrent.rows() &&
         a.recurrent.cols() == b.recurrent.cols();
}

Matrix<double> or_zeros(const Matrix<double>& bias, const RecurrentLayer& layer) {
  return bias.size() > 0 ? bias : Matrix<double>(Matrix<double>::Zero(layer.recurrent.rows(), 1));
}

/// The biases that the map depends on: their sum, and where a reset gate stands between them the candidate's apart.
std::pair<Matrix<double>, Matrix<double>> biases_of(const RecurrentLayer& layer) {
  const Matrix<double> input = or_zeros(layer.input_bias, layer), recurrent = or_zeros(layer.recurrent_bias, layer);
  const auto reset = layer.attributes.find("reset");
  if (reset == layer.attributes.end() || reset->second != "after") return {input + recurrent, {}};
  return {input + recurrent, recurrent.bottomRows(layer.state_size)};
}

std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 3).ptr;
  return {text.data(), end};
}

std::string size_of_matrix(const Matrix<double>& m) {
  return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

class Comparison {
 public:
  Comparison(const RecurrentLayer& a, const RecurrentLayer& b, double tolerance)
      : a_(a), b_(b), tolerance_(tolerance), pair_{a.name, b.name} {}

  LayerPair run() {
    pair_.understood = a_.obstacle.empty() && b_.obstacle.empty();
    if (!pair_.understood) {
      const RecurrentLayer& odd = a_.obstacle.empty() ? b_ : a_;
      pair_.differs.push_back("'" + odd.name + "' is not understood: " + odd.obstacle);
      return pair_;
    }
    words("cell", a_.cell, b_.cell);
    words("direction", a_.direction, b_.direction);
    compare_attributes();
    compare("recurrent weights", a_.recurrent, b_.recurrent);
    compare("input weights", a_.input, b_.input);
    const auto left = biases_of(a_), right = biases_of(b_);
    compare("biases", left.first, right.first);
    if (left.second.size() > 0 && right.second.size() > 0) {
      compare("the candidate's recurrent bias", left.second, right.second);
    }
    return pair_;
  }

 private:
  void words(const std::string& what, const std::string& left, const std::string& right) {
    if (left != right) pair_.differs.push_back(what + ": " + left + " and " + right);
  }

  void compare_attributes() {
    const auto value = [](const RecurrentLayer& layer, const std::string& name) {
      const auto found = layer.attributes.find(name);
      if (found != layer.attributes.end()) return found->second;
      return name == "leak" ? std::string("1") : std::string("not said");
    };
    Attributes all = a_.attributes;
    all.insert(b_.attributes.begin(), b_.attributes.end());
    for (const auto& [name, unused] : all) words(name, value(a_, name), value(b_, name));
  }

  void compare(const std::string& what, const Matrix<double>& left, const Matrix<double>& right) {
    if (left.rows() != right.rows() || left.cols() != right.cols()) {
      return pair_.differs.push_back(what + ": " + size_of_matrix(left) + " and " + size_of_matrix(right));
    }
    const double distance = relative_distance(left, right);
    if (!(distance <= tolerance_)) {
      pair_.differs.push_back(what + ": " + number(distance) + " of their norm apart, expected at most " +
                              number(tolerance_));
    }
  }

  const RecurrentLayer &a_, &b_;
  double tolerance_;
  LayerPair pair_;
};

std::vector<RecurrentLayer> all_apart(std::span<const RecurrentLayer> layers) {
  std::vector<RecurrentLayer> result;
  for (const RecurrentLayer& layer : layers) result.push_back(taken_apart(layer));
  return result;
}

/// The nearest free layer of the same form.
std::optional<std::size_t> partner(const RecurrentLayer& layer, const std::vector<RecurrentLayer>& others,
                                   const std::vector<bool>& taken) {
  std::optional<std::size_t> best;
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < others.size(); ++j) {
    if (taken[j] || !is_alike(layer, others[j])) continue;
    const double distance = relative_distance(layer.recurrent, others[j].recurrent);
    if (best && distance >= nearest) continue;
    best = j;
    nearest = distance;
  }
  return best;
}

}  // namespace

std::vector<LayerPair> compare_layers(std::span<const RecurrentLayer> first, std::span<const RecurrentLayer> second,
                                      double tolerance) {
  const std::vector<RecurrentLayer> left = all_apart(first), right = all_apart(second);
  std::vector<bool> taken(right.size(), false);
  std::vector<std::optional<std::size_t>> partners(left.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    partners[i] = partner(left[i], right, taken);
    if (partners[i]) taken[*partners[i]] = true;
  }
  std::vector<LayerPair> pairs;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!partners[i]) {
      const auto open = std::find(taken.begin(), taken.end(), false);
      if (open != taken.end()) {
        partners[i] = static_cast<std::size_t>(open - taken.begin());
        *open = true;
      }
    }
    if (partners[i]) {
      pairs.push_back(Comparison(left[i], right[*partners[i]], tolerance).run());
    } else {
      pairs.push_back({left[i].name, "", {"the other model has no such layer"}, left[i].obstacle.empty()});
    }
  }
  for (std::size_t j = 0; j < right.size(); ++j) {
    if (!taken[j])
      pairs.push_back({"", right[j].name, {"the other model has no such layer"}, right[j].obstacle.empty()});
  }
  return pairs;
}

}  // namespace unrecur
