#include "models/formats/pytorch/pytorch_names.h"

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "models/formats/pytorch/effective_weights.h"
#include "models/formats/pytorch/more_than_a_layer.h"
#include "models/formats/pytorch/parameter_name.h"
#include "models/formats/shared/finite.h"
#include "models/formats/shared/shape.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

using Weights = std::map<std::string, EffectiveWeight>;

void set_kind(RecurrentLayer& layer) {
  const Index rows = layer.recurrent.rows(), n = layer.recurrent.cols();
  const Index gates = rows % n == 0 ? rows / n : 0;
  if (gates == 1) {
    layer.cell = "elman";
    layer.open = {"activation"};
  } else if (gates == 3) {
    layer.cell = "gru";
    layer.attributes = {{"reset", "after"}};
  } else if (gates == 4) {
    layer.cell = "lstm";
  } else {
    set_not_understood(layer, "a recurrent matrix of " + std::to_string(rows) + " x " + std::to_string(n) +
                                  " is that of no elman (1), gru (3) or lstm (4 blocks of rows) layer");
  }
}

/// Builds one layer; what does not fit makes it one that is not understood.
class LayerOfNames {
 public:
  LayerOfNames(const ParameterName& name, const Weights& weights, const std::string& file)
      : name_(name), weights_(weights), file_(file) {}

  RecurrentLayer build() {
    layer_.name = name_.layer();
    layer_.direction = name_.reverse() ? "backward" : "forward";
    const EffectiveWeight& recurrent = weights_.at(name_.weight("hh"));
    add_sources(recurrent);
    const bool shaped = recurrent.shape.size() == 2 && recurrent.shape[0] > 0 && recurrent.shape[1] > 0;
    if (shaped) layer_.state_size = static_cast<Index>(recurrent.shape[1]);
    if (!recurrent.problem.empty()) {
      refuse("its recurrent weights are " + recurrent.problem);
    } else if (!shaped) {
      const bool odd = std::any_of(recurrent.shape.begin(), recurrent.shape.end(), [](auto d) { return d < 0; });
      refuse("tensor '" + name_.weight("hh") + "': expected " +
             (odd ? "numbers of a plain type, found another form (sparse, or a class of its own)"
                  : "the shape [rows, columns], found " + shape_text(recurrent.shape)));
    } else {
      layer_.recurrent = load(recurrent);
      set_kind(layer_);
    }
    const std::int64_t rows = shaped ? recurrent.shape[0] : 0;
    read(name_.weight("ih"), {rows, -1}, layer_.input);
    read(name_.bias("ih"), {rows}, layer_.input_bias);
    read(name_.bias("hh"), {rows}, layer_.recurrent_bias);
    if (const auto projection = weights_.find(name_.weight("hr")); projection != weights_.end()) {
      add_sources(projection->second);
      refuse("an LSTM with a projection (" + name_.weight("hr") + ") is none of the cells known here");
    }
    if (layer_.cell != "unknown" && layer_.input.size() == 0) add_note("the file has no " + name_.weight("ih"));
    return std::move(layer_);
  }

 private:
  void refuse(const std::string& why) {
    if (layer_.obstacle.empty()) set_not_understood(layer_, why);
  }
  void add_note(const std::string& note) { layer_.note += (layer_.note.empty() ? "" : "; ") + note; }
  void add_sources(const EffectiveWeight& weight) {
    layer_.sources.insert(layer_.sources.end(), weight.sources.begin(), weight.sources.end());
  }

  Matrix<double> load(const EffectiveWeight& weight) {
    Matrix<double> values = weight.load();
    require_finite(values, file_, "tensor '" + weight.sources.front() + "'");
    const std::string note = "its weights are " + weight.formula + ", rounded to double";
    if (!weight.formula.empty() && layer_.note.find(note) == std::string::npos) add_note(note);
    return values;
  }

  /// `shape` with −1 for any size.
  void read(const std::string& name, const std::vector<std::int64_t>& shape, Matrix<double>& into) {
    const auto found = weights_.find(name);
    if (found == weights_.end()) return;
    const EffectiveWeight& weight = found->second;
    add_sources(weight);
    if (!weight.problem.empty()) return refuse("its " + name + " is " + weight.problem);
    if (layer_.cell == "unknown") return;
    bool fits = weight.shape.size() == shape.size();
    std::string wanted;
    for (std::size_t d = 0; d < shape.size(); ++d) {
      fits = fits && weight.shape[d] > 0 && (shape[d] < 0 || weight.shape[d] == shape[d]);
      wanted += (d == 0 ? "[" : ", ") + (shape[d] < 0 ? "columns" : std::to_string(shape[d]));
    }
    if (!fits) {
      return refuse("tensor '" + name + "': expected the shape " + wanted + "], found " + shape_text(weight.shape));
    }
    into = load(weight);
  }

  const ParameterName& name_;
  const Weights& weights_;
  const std::string& file_;
  RecurrentLayer layer_;
};

}  // namespace

std::vector<RecurrentLayer> layers_by_pytorch_names(const std::vector<StoredTensor>& tensors, const std::string& file) {
  const Weights weights = effective_weights(tensors, file);
  std::vector<std::pair<std::size_t, ParameterName>> found;
  for (const auto& [name, weight] : weights) {
    const auto parts = parse_parameter_name(name);
    if (parts->role == "hh" && !parts->is_bias()) found.emplace_back(weight.place, *parts);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<RecurrentLayer> layers;
  std::set<std::string> used;
  for (const auto& [place, name] : found) {
    layers.push_back(LayerOfNames(name, weights, file).build());
    used.insert(layers.back().sources.begin(), layers.back().sources.end());
  }
  const MoreThanALayer found_more(tensors, used);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].cell == "unknown") continue;
    const auto more = found_more.beside(found[i].second.prefix, layers[i]);
    if (more.empty()) continue;
    layers[i].sources.insert(layers[i].sources.end(), more.begin(), more.end());
    set_not_understood(layers[i], "its module holds more than a plain layer has, so that its map is another one: " +
                                      more.front() + (more.size() > 1 ? " and others" : ""));
  }
  return layers;
}

}  // namespace unrecur
