#include "models/formats/safetensors/model_file.h"

#include <charconv>
#include <functional>
#include <numeric>
#include <sstream>
#include <utility>

#include "base/errors.h"
#include "models/formats/shared/finite.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

constexpr const char* kFormat = "unrecur.model/1";
const std::string kAttribute = "cell.";
const std::string kCutoffs = "cutoffs";
const std::string kLayers = "layers";
const std::string kSkip = "skip";
const std::string kTied = "tied";

/// An embedding is e × V here and V × e in the file, as PyTorch has it.
bool transposed_in_file(const std::string& name) {
  return name == "encoder.weight";
}

std::map<std::string, std::string> describe(const ModelSpec& spec) {
  std::map<std::string, std::string> text{{"format", kFormat},
                                          {"cell", spec.cell},
                                          {"loss", spec.loss},
                                          {"units", std::to_string(spec.units)},
                                          {"outputs", std::to_string(spec.outputs)},
                                          {"frame", std::to_string(spec.frame)},
                                          {"symbols", std::to_string(spec.symbols)},
                                          {"embedding", std::to_string(spec.embedding)},
                                          {"window", std::to_string(spec.window)}};
  // Files of one layer are as they were before there were stacks.
  if (spec.layers > 1) text[kLayers] = std::to_string(spec.layers);
  if (spec.layers > 1 && spec.skip != Skip::none) text[kSkip] = name_of(spec.skip);
  for (const auto& [name, value] : spec.attributes) text[kAttribute + name] = value;
  for (const Index cutoff : spec.cutoffs)
    text[kCutoffs] += (text[kCutoffs].empty() ? "" : " ") + std::to_string(cutoff);
  if (spec.tied) text[kTied] = "true";
  return text;
}

/// Reads the metadata of one file, with messages that name the key.
class Description {
 public:
  explicit Description(const TensorFile& content) : content_(content) {}

  std::string text(const std::string& key) const {
    const auto found = content_.metadata.find(key);
    if (found == content_.metadata.end()) {
      throw FileError({content_.file, "metadata", "the key '" + key + "' is missing",
                       "a model file is written by training with unrecur"});
    }
    return found->second;
  }

  Index number(const std::string& key) const { return to_number(key, text(key)); }

  bool has(const std::string& key) const { return content_.metadata.contains(key); }

  /// Numbers parted by blanks; none where the key is missing.
  std::vector<Index> numbers(const std::string& key) const {
    std::vector<Index> result;
    if (!content_.metadata.contains(key)) return result;
    std::istringstream words(text(key));
    for (std::string word; words >> word;) result.push_back(to_number(key, word));
    return result;
  }

  Attributes attributes() const {
    Attributes attributes;
    for (const auto& [key, value] : content_.metadata) {
      if (key.starts_with(kAttribute)) attributes[key.substr(kAttribute.size())] = value;
    }
    return attributes;
  }

 private:
  Index to_number(const std::string& key, const std::string& value) const {
    constexpr Index kLargest = Index{1} << 31;
    Index number = -1;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < 0 || number > kLargest) {
      throw FileError({content_.file, "metadata key '" + key + "'",
                       "expected a whole number from 0 to 2147483648, found '" + value + "'", ""});
    }
    return number;
  }

  const TensorFile& content_;
};

ModelSpec spec_of(const TensorFile& content) {
  const Description read(content);
  if (read.text("format") != kFormat) {
    throw FileError({content.file, "metadata key 'format'",
                     "expected '" + std::string(kFormat) + "', found '" + read.text("format") + "'", ""});
  }
  ModelSpec spec;
  spec.cell = read.text("cell");
  spec.loss = read.text("loss");
  spec.units = read.number("units");
  spec.outputs = read.number("outputs");
  spec.frame = read.number("frame");
  spec.symbols = read.number("symbols");
  spec.embedding = read.number("embedding");
  spec.window = read.number("window");
  spec.attributes = read.attributes();
  spec.cutoffs = read.numbers(kCutoffs);
  if (read.has(kLayers)) spec.layers = read.number(kLayers);
  if (read.has(kTied)) {
    spec.tied = read.text(kTied) == "true";
    if (!spec.tied) {
      throw FileError({content.file, "metadata key 'tied'", "expected 'true' or no such key", ""});
    }
  }
  try {
    if (read.has(kSkip)) spec.skip = skip_named(read.text(kSkip));
    return without_stack(std::move(spec));
  } catch (const UsageError& error) {
    throw FileError({content.file, "metadata", error.what(), ""});
  }
}

/// The sizes that the metadata states must be those of the tensors before memory is taken for them.
class SizeCheck {
 public:
  /// Throws UsageError for widths that are none.
  SizeCheck(const TensorFile& content, const ModelSpec& spec) : content_(content), spec_(spec) {
    if (!spec.attributes.contains("width") || spec.layers > kMostLayers) return;
    for (Index k = 0; k < spec.layers; ++k) {
      widths_.push_back(width_of_layer(spec.attributes, k, spec.layers, spec.units));
    }
  }

  void run() const {
    if (const LayerType* type = feedforward_type(spec_.cell)) {
      feedforward(*type);
    } else {
      for (Index k = 0; k < spec_.layers; ++k) recurrent(k);
    }
    decoder();
    if (spec_.symbols == 0) return;
    expect("encoder.weight", 0, spec_.symbols);
    expect("encoder.weight", 1, spec_.embedding);
  }

 private:
  Index width_of(Index k) const { return widths_.empty() ? spec_.units : widths_[static_cast<std::size_t>(k)]; }

  /// What the first k layers give together.
  Index outputs_of(Index k) const {
    return widths_.empty() ? k * spec_.units : std::accumulate(widths_.begin(), widths_.begin() + k, Index{0});
  }

  /// What layer k reads.
  Index inputs_of(Index k) const {
    if (k == 0) return spec_.input_size();
    return spec_.skip == Skip::dense ? spec_.input_size() + outputs_of(k) : width_of(k - 1);
  }

  void expect(const std::string& name, std::size_t axis, Index size) const {
    const Tensor& tensor = content_.require(name);
    if (tensor.shape.size() != 2 || tensor.shape[axis] != size) {
      throw FileError({content_.file, "tensor '" + name + "'",
                       "the metadata states a size of " + std::to_string(size) + " on axis " + std::to_string(axis) +
                           ", found the shape " + shape_text(tensor.shape),
                       ""});
    }
  }

  void recurrent(Index k) const {
    const std::string number = std::to_string(k), hidden = "rnn.weight_hh_l" + number;
    const Index units = width_of(k);
    expect(hidden, 1, units);
    // A recurrent matrix without rows states no size: the input matrix then has whole gates.
    const auto rows = static_cast<Index>(content_.require(hidden).shape[0]);
    const auto input_rows = static_cast<Index>(content_.require("rnn.weight_ih_l" + number).shape.front());
    const bool whole_gates = units > 0 && input_rows >= units && input_rows % units == 0;
    if (rows > 0 || !whole_gates) expect("rnn.weight_ih_l" + number, 0, rows > 0 ? rows : units);
    const CellType* type = find_cell_type(spec_.cell);
    const Index reads = type != nullptr && type->inputs_read != nullptr
                            ? type->inputs_read(attributes_of_layer(spec_.attributes, k, spec_.layers))
                            : 1;
    expect("rnn.weight_ih_l" + number, 1, reads * inputs_of(k));
  }

  void feedforward(const LayerType& type) const {
    double stated = 0.0, stored = 0.0;
    // A layer has weights, so that more layers than tensors cannot be.
    for (Index k = 0; k < spec_.layers && k <= static_cast<Index>(content_.tensors.size()); ++k) {
      stated += type.weights(inputs_of(k), width_of(k), attributes_of_layer(spec_.attributes, k, spec_.layers));
    }
    for (const Tensor& tensor : content_.tensors) {
      double size = 1.0;
      for (const auto axis : tensor.shape) size *= static_cast<double>(axis);
      if (tensor.name.starts_with("rnn.")) stored += size;
    }
    if (stated == stored) return;
    throw FileError({content_.file, "tensors of 'rnn.'",
                     "the metadata states layers with " + decimal(stated) + " weights, found " + decimal(stored), ""});
  }

  void decoder() const {
    const Index inputs = spec_.skip == Skip::dense ? outputs_of(spec_.layers) : width_of(spec_.layers - 1);
    if (spec_.tied) {
      tied_decoder(inputs);
      return;
    }
    if (spec_.cutoffs.empty()) {
      expect("decoder.weight", 0, spec_.outputs);
      expect("decoder.weight", 1, inputs);
    } else {
      expect("decoder.head.weight", 0, spec_.cutoffs.front() + static_cast<Index>(spec_.cutoffs.size()));
      expect("decoder.head.weight", 1, inputs);
    }
    for (std::size_t i = 0; i < spec_.cutoffs.size(); ++i) {
      const Index end = i + 1 < spec_.cutoffs.size() ? spec_.cutoffs[i + 1] : spec_.outputs;
      expect("decoder.tail." + std::to_string(i) + ".1.weight", 0, end - spec_.cutoffs[i]);
    }
  }

  /// The vectors are the embedding's.
  void tied_decoder(Index inputs) const {
    for (std::size_t i = 0; i <= spec_.cutoffs.size(); ++i) {
      const std::string name = i == 0 ? "head" : "tail." + std::to_string(i - 1);
      expect("decoder." + name + ".projection.weight", 0, spec_.embedding);
      expect("decoder." + name + ".projection.weight", 1, inputs);
    }
  }

  const TensorFile& content_;
  const ModelSpec& spec_;
  std::vector<Index> widths_{};  ///< one for each layer, where these differ
};

}  // namespace

void save_model(const std::filesystem::path& path, const SequenceModel<float>& model) {
  TensorFile content;
  content.file = path.string();
  content.metadata = describe(model.spec());
  for_each_weight(model, [&](const std::string& name, const Matrix<float>& weights, int rank) {
    content.tensors.push_back(transposed_in_file(name) ? to_tensor<float>(name, weights.transpose(), rank)
                                                       : to_tensor<float>(name, weights, rank));
  });
  write_safetensors(path, content);
}

bool is_own_model(const TensorFile& content) {
  const auto format = content.metadata.find("format");
  return format != content.metadata.end() && format->second == kFormat;
}

SequenceModel<float> load_model(const std::filesystem::path& path) {
  return parse_model(read_safetensors(path));
}

SequenceModel<float> parse_model(const TensorFile& content) {
  const ModelSpec spec = spec_of(content);
  try {
    SizeCheck(content, spec).run();
    SequenceModel<float> model(spec);
    for_each_weight(model, [&](const std::string& name, Matrix<float>& weights, int) {
      const bool transposed = transposed_in_file(name);
      const Tensor& tensor = content.require(name);
      const Matrix<float> stored = transposed
                                       ? tensor_to_matrix<float>(tensor, content.file, weights.cols(), weights.rows())
                                       : tensor_to_matrix<float>(tensor, content.file, weights.rows(), weights.cols());
      require_finite(stored, content.file, "tensor '" + name + "'");
      if (transposed) {
        weights = stored.transpose();
      } else {
        weights = stored;
      }
    });
    return model;
  } catch (const UsageError& error) {
    throw FileError({content.file, "metadata", error.what(), ""});
  }
}

}  // namespace unrecur
