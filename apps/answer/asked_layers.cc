#include "apps/answer/asked_layers.h"

#include <algorithm>
#include <utility>

#include "models/formats/layer_path.h"

namespace unrecur {

AskedLayers::AskedLayers(const RecurrentModel& model, std::vector<RecurrentLayer> asked, bool by_name)
    : asked_(std::move(asked)) {
  if (by_name) let_lowest_stand_alone(asked_);
  if (!by_name) all_ = model.layers;
  for (const RecurrentLayer& layer : asked_) {
    // Names may stand for several; what the options say of a layer is filled in.
    const auto is_it = [&](const RecurrentLayer& other) {
      const auto place = static_cast<std::size_t>(&other - all_.data());
      return other.name == layer.name && std::ranges::find(places_, place) == places_.end();
    };
    auto at = std::ranges::find_if(all_, is_it);
    if (at == all_.end()) {
      at = all_.insert(all_.end(), layer);
    } else {
      *at = layer;
    }
    places_.push_back(static_cast<std::size_t>(at - all_.begin()));
  }
}

std::vector<std::size_t> AskedLayers::lowest_first() const {
  std::vector<std::size_t> order;
  std::vector<bool> done(asked_.size(), false);
  const auto waits = [&](std::size_t i) {
    const std::vector<std::size_t> below = layers_below(all_, places_[i]);
    const std::vector<std::string>& reads = all_[places_[i]].reads;
    for (std::size_t k = 0; k < asked_.size(); ++k) {
      const bool read = std::ranges::find(below, places_[k]) != below.end() ||
                        std::ranges::find(reads, asked_[k].name) != reads.end();
      if (read && !done[k] && k != i) return true;
    }
    return false;
  };
  const auto next = [&] {
    std::size_t any = asked_.size();
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (done[i]) continue;
      if (!waits(i)) return i;
      any = std::min(any, i);
    }
    return any;
  };
  while (order.size() < asked_.size()) {
    order.push_back(next());
    done[order.back()] = true;
  }
  return order;
}

void AskedLayers::replace(std::size_t i, RecurrentLayer layer) {
  RecurrentLayer& old = all_[places_[i]];
  layer.name = old.name;
  layer.reads = old.reads;
  layer.reads_in_order = old.reads_in_order;
  layer.reads_computed = old.reads_computed;
  old = std::move(layer);
}

bool AskedLayers::reads_model(std::size_t i) const {
  return reads_model_inputs(all_, places_[i]);
}

std::optional<InputSet> AskedLayers::from_below(std::size_t i, const ModelInputs& of_model) const {
  return reads_model(i) ? std::nullopt : inputs_from_below(all_, places_[i], of_model);
}

}  // namespace unrecur
