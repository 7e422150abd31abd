#include "models/formats/keras/keras_places.h"

#include <array>
#include <map>
#include <optional>

#include "models/formats/shared/array_name.h"

namespace unrecur {
namespace {

class PlaceFinder {
 public:
  explicit PlaceFinder(const std::vector<StoredTensor>& tensors) : tensors_(tensors) {
    for (const StoredTensor& tensor : tensors) names_.emplace(tensor.name, &tensor);
  }

  std::vector<KerasPlace> run() {
    std::vector<KerasPlace> places;
    for (const StoredTensor& tensor : tensors_) {
      // What an optimizer keeps has the same names below its own.
      if (says_optimizer(ArrayName(tensor.name))) continue;
      auto place = named_kernel(tensor.name);
      if (!place) place = numbered_variable(tensor);
      if (!place) place = lettered_kernel(tensor.name);
      if (place) places.push_back(std::move(*place));
    }
    return places;
  }

 private:
  std::vector<std::string> if_there(const std::string& name) const {
    return names_.contains(name) ? std::vector<std::string>{name} : std::vector<std::string>{};
  }
  static std::string folder_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string::npos ? "" : name.substr(0, slash + 1);
  }

  /// FOLDER/recurrent_kernel:0.
  std::optional<KerasPlace> named_kernel(const std::string& name) const {
    const std::string folder = folder_of(name), last = name.substr(folder.size());
    if (last != "recurrent_kernel:0" && last != "recurrent_kernel") return std::nullopt;
    const std::string tail = last.ends_with(":0") ? ":0" : "";
    return KerasPlace{.folder = folder,
                      .cell = folder,
                      .recurrent = {name},
                      .kernel = if_there(folder + "kernel" + tail),
                      .bias = if_there(folder + "bias" + tail)};
  }

  /// CELL/vars/1, a matrix of n rows and g n columns beside one of as many columns.
  std::optional<KerasPlace> numbered_variable(const StoredTensor& tensor) const {
    if (!tensor.name.ends_with("/vars/1")) return std::nullopt;
    const std::string vars = folder_of(tensor.name), cell = vars.substr(0, vars.size() - 5);
    const std::string outer = cell.substr(0, cell.size() - 1);
    const std::string part = outer.substr(outer.find_last_of('/') + 1);
    const auto found = names_.find(vars + "0");
    const StoredTensor* kernel = found == names_.end() ? nullptr : found->second;
    const bool matrices = kernel != nullptr && tensor.shape.size() == 2 && kernel->shape.size() == 2 &&
                          tensor.shape[0] > 0 && tensor.shape[1] % tensor.shape[0] == 0 &&
                          kernel->shape[1] == tensor.shape[1];
    const bool named = names_keras_cell(part);
    if (!named && !matrices) return std::nullopt;
    return KerasPlace{.folder = cell,
                      .cell = cell,
                      .recurrent = {tensor.name},
                      .kernel = if_there(vars + "0"),
                      .bias = if_there(vars + "2"),
                      .by_class = true,
                      .sure = named};
  }

  /// FOLDER/LAYER_U, or FOLDER/LAYER_U_i with the other gates beside it.
  std::optional<KerasPlace> lettered_kernel(const std::string& name) const {
    const std::string folder = folder_of(name), tail = name.ends_with(":0") ? ":0" : "";
    const std::string last = name.substr(folder.size(), name.size() - folder.size() - tail.size());
    // The first of the gates stands for all.
    for (const auto& gates : {std::vector<std::string>{""}, {"_i", "_f", "_c", "_o"}, {"_z", "_r", "_h"}}) {
      const std::string end = "_U" + gates.front();
      if (!last.ends_with(end)) continue;
      const std::string layer = last.substr(0, last.size() - end.size());
      const auto all = [&](const char* letter) {
        std::vector<std::string> found;
        for (const std::string& gate : gates) {
          const std::string wanted = folder + layer + letter + gate + tail;
          if (!names_.contains(wanted)) return std::vector<std::string>{};
          found.push_back(wanted);
        }
        return found;
      };
      KerasPlace place{
          .folder = folder, .layer = layer, .recurrent = all("_U"), .kernel = all("_W"), .bias = all("_b")};
      if (!layer.empty() && !place.recurrent.empty() && !place.kernel.empty()) return place;
    }
    return std::nullopt;
  }

  const std::vector<StoredTensor>& tensors_;
  std::map<std::string, const StoredTensor*> names_;
};

}  // namespace

std::vector<KerasPlace> keras_places(const std::vector<StoredTensor>& tensors) {
  return PlaceFinder(tensors).run();
}

bool names_keras_cell(const std::string& part) {
  return part == "cell" || part.starts_with("lstm_cell") || part.starts_with("gru_cell") ||
         part.starts_with("simple_rnn_cell");
}

}  // namespace unrecur
