#include "models/formats/onnx/onnx_replace.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/onnx/onnx_external.h"
#include "models/formats/onnx/onnx_layers.h"

namespace unrecur {
namespace {

struct NumberPlace {
  std::size_t offset = 0, width = 0;
};

/// What stands for places[0]: above any integer that a model gives as a size, an axis or an index.
constexpr double first_place = 0x1p40;

/// A reading of the file in which every float stands for its place: first_place + k for places[k], 0 for none.
struct TracedModel {
  std::vector<NumberPlace> places;
  std::unordered_map<const std::byte*, std::size_t>
      first;  ///< by the tensor: one that is used twice has its places once
  RecurrentModel model;
};

std::vector<RecurrentLayer> layers_read(std::span<const std::byte> content, const std::string& file) {
  RecurrentModel model{file, "onnx", {}, {}};
  OnnxFolder folder(model.file, content.size() + onnx_external_size(content, model.file));
  read_onnx_layers(content, folder, model);
  return std::move(model.layers);
}

OnnxConstant places_of(std::span<const std::byte> message, std::span<const std::byte> content, TracedModel& traced) {
  OnnxConstant constant = parse_onnx_tensor(message, traced.model.file);
  const OnnxNumberPlaces found = find_onnx_numbers(message, traced.model.file);
  // Integers are shapes and axes, and keep their values; floats of other types, and those in another file, are weights
  // that cannot be replaced.
  if (found.width == 0 || found.places.size() != constant.values.size()) {
    if (!found.integers) std::fill(constant.values.begin(), constant.values.end(), 0.0);
    return constant;
  }
  const auto [entry, fresh] = traced.first.try_emplace(message.data(), traced.places.size());
  for (std::size_t k = 0; k < found.places.size(); ++k) {
    if (fresh) traced.places.push_back({static_cast<std::size_t>(found.places[k] - content.data()), found.width});
    constant.values[k] = first_place + static_cast<double>(entry->second + k);
  }
  return constant;
}

TracedModel trace(std::span<const std::byte> content, const std::string& file) {
  TracedModel traced{{}, {}, {file, "onnx", {}, {}}};
  OnnxFolder folder(traced.model.file, content.size() + onnx_external_size(content, traced.model.file),
                    [&](std::span<const std::byte> message) { return places_of(message, content, traced); });
  read_onnx_layers(content, folder, traced.model);
  return traced;
}

/// The values that places are to have.
class WantedNumbers {
 public:
  WantedNumbers(const std::vector<NumberPlace>& places, Bytes& content) : places_(places), content_(content) {}

  void want(const RecurrentLayer& layer, const char* what, const Matrix<double>& places, const Matrix<double>& stored,
            const Matrix<double>& wanted) {
    if (wanted.rows() != stored.rows() || wanted.cols() != stored.cols() || places.size() != stored.size()) {
      throw UsageError("layer '" + layer.name + "', " + what + ": not of the size that the file has");
    }
    for (Index i = 0; i < wanted.size(); ++i) {
      const double place = places.data()[i] - first_place;
      if (place >= 0.0 && place < static_cast<double>(places_.size())) {
        set(layer, what, static_cast<std::size_t>(place), wanted.data()[i]);
      } else if (wanted.data()[i] != stored.data()[i]) {
        refuse(layer, what, "the model computes it from numbers that are not stored as 32 or 64 bit floats");
      }
    }
  }

  void write() {
    for (const auto& [k, value] : values_) {
      std::byte* at = content_.data() + places_[k].offset;
      if (places_[k].width == 4) {
        store<float>(static_cast<float>(value), at, std::endian::little);
      } else {
        store<double>(value, at, std::endian::little);
      }
    }
  }

 private:
  [[noreturn]] static void refuse(const RecurrentLayer& layer, const char* what, const std::string& why) {
    throw UsageError("layer '" + layer.name + "': its " + what + " cannot be replaced in the ONNX file: " + why +
                     "; write OUT.safetensors instead, or export the model with constants folded and without sharing");
  }

  void set(const RecurrentLayer& layer, const char* what, std::size_t k, double value) {
    if (places_[k].width == 4 && static_cast<double>(static_cast<float>(value)) != value) {
      refuse(layer, what, "32 bits do not hold the new numbers");
    }
    const auto [found, fresh] = values_.try_emplace(k, value);
    if (!fresh && found->second != value) {
      refuse(layer, what, "the model uses a number of it twice, and would need two values");
    }
  }

  const std::vector<NumberPlace>& places_;
  Bytes& content_;
  std::unordered_map<std::size_t, double> values_;
};

}  // namespace

Bytes replace_onnx_weights(std::span<const std::byte> content, const std::string& file,
                           const std::vector<RecurrentLayer>& layers) {
  const std::vector<RecurrentLayer> stored = layers_read(content, file);
  const TracedModel traced = trace(content, file);
  const auto& places = traced.model.layers;
  if (layers.size() != stored.size() || places.size() != stored.size()) {
    throw UsageError(file + " has " + std::to_string(stored.size()) + " recurrent layers, not " +
                     std::to_string(layers.size()));
  }
  Bytes changed(content.begin(), content.end());
  WantedNumbers numbers(traced.places, changed);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const RecurrentLayer &to = layers[i], &from = stored[i], &at = places[i];
    numbers.want(to, "recurrent matrix R", at.recurrent, from.recurrent, to.recurrent);
    numbers.want(to, "input matrix W", at.input, from.input, to.input);
    numbers.want(to, "bias B", at.input_bias, from.input_bias, to.input_bias);
    numbers.want(to, "bias B", at.recurrent_bias, from.recurrent_bias, to.recurrent_bias);
  }
  numbers.write();
  return changed;
}

}  // namespace unrecur
