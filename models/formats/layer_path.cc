#include "models/formats/layer_path.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "models/layers/cell_registry.h"
#include "models/layers/joint_cell.h"

namespace unrecur {
namespace {

/// MODULE.l(K−1) for MODULE.lK or MODULE.lK.reverse; nothing for K = 0 and all other names.
std::optional<std::string> name_below(std::string name) {
  constexpr std::string_view reverse = ".reverse";
  if (name.ends_with(reverse)) name.resize(name.size() - reverse.size());
  const std::size_t dot = name.rfind(".l");
  if (dot == name.npos) return std::nullopt;
  int number = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + dot + 2, end, number);
  if (error != std::errc() || stop != end || number < 1) return std::nullopt;
  return name.substr(0, dot + 2) + std::to_string(number - 1);
}

/// Of layers with these names, one each; empty where there are none, or several, of a name.
std::vector<std::size_t> places_of(std::span<const RecurrentLayer> layers, const std::vector<std::string>& names) {
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto has_it = [&](const RecurrentLayer& layer) { return layer.name == name; };
    if (std::ranges::count_if(layers, has_it) != 1) return {};
    found.push_back(static_cast<std::size_t>(std::ranges::find_if(layers, has_it) - layers.begin()));
  }
  return found;
}

bool is_known(const RecurrentLayer& layer) {
  return !layer.conjugate && (layer.whole || (layer.obstacle.empty() && layer.open.empty() && layer.input.size() > 0));
}

/// Places of the layers from the lowest up; empty where they are no such path.
std::vector<std::size_t> path_of(std::span<const RecurrentLayer> layers) {
  std::vector<std::size_t> path;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers_below(layers, i).empty()) path.push_back(i);
  }
  if (layers.size() == 1) return {0};
  if (path.size() != 1 || !reads_model_inputs(layers, path.front())) return {};
  while (path.size() < layers.size()) {
    std::optional<std::size_t> above;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers_below(layers, i) != std::vector<std::size_t>{path.back()}) continue;
      if (above) return {};
      above = i;
    }
    if (!above) return {};
    path.push_back(*above);
  }
  return path;
}

Matrix<double> turned(const Matrix<double>& x) {
  return x.rowwise().reverse();
}

/// The outputs of a layer in the order of time, whatever the order in which it reads.
Matrix<double> outputs_of(const RecurrentLayer& layer, const Cell<double>& cell, const Matrix<double>& x) {
  const Matrix<double> zero = Matrix<double>::Zero(cell.shape().state, 1);
  const Matrix<double> h = cell.output_of(run_states<double>(cell, Packing::single(x.cols()), x, zero));
  return layer.direction == "backward" ? turned(h) : h;
}

/// Fills in what the layers read, each once.
class Recording {
 public:
  Recording(std::span<const RecurrentLayer> layers, const std::vector<Matrix<double>>& sequences)
      : layers_(layers), sequences_(sequences), inputs_(layers.size()), done_(layers.size(), false) {}

  std::vector<std::vector<Matrix<double>>> run() {
    for (std::size_t i = 0; i < layers_.size(); ++i) read(i);
    return std::move(inputs_);
  }

 private:
  const std::vector<Matrix<double>>& read(std::size_t i) {
    if (done_[i]) return inputs_[i];
    done_[i] = true;
    const RecurrentLayer& layer = layers_[i];
    if (!is_known(layer)) return inputs_[i];
    const Index m = layer.whole ? layer.whole->shape().input : layer.input.cols();
    std::vector<Matrix<double>> own = in_order_of_time(i);
    if (std::ranges::any_of(own, [m](const Matrix<double>& x) { return x.rows() != m; })) own.clear();
    for (Matrix<double>& x : own) {
      if (layer.direction == "backward") x = turned(x);
    }
    return inputs_[i] = std::move(own);
  }

  std::vector<Matrix<double>> in_order_of_time(std::size_t i) {
    const std::vector<std::size_t> below = layers_below(layers_, i);
    if (below.empty()) return reads_model_inputs(layers_, i) ? sequences_ : std::vector<Matrix<double>>{};
    std::vector<Matrix<double>> all;
    for (const std::size_t k : below) {
      const std::vector<Matrix<double>>& read_below = read(k);
      if (read_below.size() != sequences_.size()) return {};
      const auto cell = make_cell(layers_[k]);
      for (std::size_t s = 0; s < read_below.size(); ++s) {
        const Matrix<double> h = outputs_of(layers_[k], *cell, read_below[s]);
        if (k == below.front()) {
          all.push_back(h);
        } else {
          Matrix<double> both(all[s].rows() + h.rows(), h.cols());
          both << all[s], h;
          all[s] = std::move(both);
        }
      }
    }
    return all;
  }

  std::span<const RecurrentLayer> layers_;
  const std::vector<Matrix<double>>& sequences_;
  std::vector<std::vector<Matrix<double>>> inputs_;
  std::vector<bool> done_;
};

}  // namespace

std::vector<std::size_t> layers_below(std::span<const RecurrentLayer> layers, std::size_t i) {
  if (layers[i].reads_in_order) return places_of(layers, layers[i].reads);
  const auto below = name_below(layers[i].name);
  std::vector<std::size_t> found;
  if (!below) return found;
  for (const std::string& name : {*below, *below + ".reverse"}) {
    for (std::size_t k = 0; k < layers.size(); ++k) {
      if (layers[k].name == name) found.push_back(k);
    }
  }
  return found;
}

bool reads_model_inputs(std::span<const RecurrentLayer> layers, std::size_t i) {
  return layers_below(layers, i).empty() && layers[i].reads.empty() && !layers[i].reads_computed;
}

void let_lowest_stand_alone(std::vector<RecurrentLayer>& layers) {
  const std::vector<RecurrentLayer> before = layers;
  const auto is_chosen = [&](const std::string& name) {
    return std::ranges::find(before, name, &RecurrentLayer::name) != before.end();
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!layers_below(layers, i).empty() || std::ranges::any_of(layers[i].reads, is_chosen)) continue;
    layers[i].reads.clear();
    layers[i].reads_computed = false;
  }
}

std::unique_ptr<Cell<double>> joint_cell(std::span<const RecurrentLayer> layers) {
  const std::vector<std::size_t> path = path_of(layers);
  if (path.empty()) return nullptr;
  if (layers.size() == 1) return is_known(layers[0]) ? make_cell(layers[0]) : nullptr;
  std::vector<std::unique_ptr<SequenceLayer<double>>> cells;
  for (const std::size_t i : path) {
    const RecurrentLayer& layer = layers[i];
    if (!is_known(layer) || layer.whole || layer.direction == "backward" || layer.initial.size() > 0) return nullptr;
    auto cell = make_cell(layer);
    if (!cells.empty() && cell->shape().input != cells.back()->sizes().output) return nullptr;
    cells.push_back(std::move(cell));
  }
  return std::make_unique<JointCell<double>>(std::make_unique<Sequential<double>>(std::move(cells)));
}

std::optional<RecurrentLayer> joint_layer(std::span<const RecurrentLayer> layers) {
  if (layers.size() < 2) return std::nullopt;
  auto cell = joint_cell(layers);
  if (!cell) return std::nullopt;
  RecurrentLayer joint;
  joint.cell = cell->kind();
  joint.attributes = cell->attributes();
  joint.state_size = cell->width();
  for (const std::size_t i : path_of(layers)) {
    if (!joint.name.empty()) joint.name += kJoined;
    joint.name += layers[i].name;
    joint.sources.insert(joint.sources.end(), layers[i].sources.begin(), layers[i].sources.end());
  }
  joint.whole = std::move(cell);
  return joint;
}

std::vector<std::string> names_joined_in(std::string_view name) {
  std::vector<std::string> names;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find(kJoined), name.size());
    names.emplace_back(name.substr(0, end));
    name.remove_prefix(std::min(end + kJoined.size(), name.size()));
  }
  return names;
}

std::vector<RecurrentLayer> layers_joined_in(std::span<const RecurrentLayer> layers, std::string_view name) {
  std::vector<RecurrentLayer> found;
  for (const std::string& part : names_joined_in(name)) {
    const auto own = std::ranges::find(layers, part, &RecurrentLayer::name);
    if (own != layers.end()) found.push_back(*own);
  }
  return found;
}

std::vector<std::vector<Matrix<double>>> recorded_inputs(std::span<const RecurrentLayer> layers,
                                                         const std::vector<Matrix<double>>& sequences) {
  return Recording(layers, sequences).run();
}

}  // namespace unrecur
