#include "models/formats/safetensors/model_file.h"

#include <charconv>
#include <functional>
#include <sstream>
#include <utility>

#include "base/errors.h"
#include "models/formats/shared/finite.h"

namespace unrecur {
namespace {

constexpr const char* kFormat = "unrecur.model/1";
const std::string kAttribute = "cell.";
const std::string kCutoffs = "cutoffs";

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
  for (const auto& [name, value] : spec.attributes) text[kAttribute + name] = value;
  for (const Index cutoff : spec.cutoffs)
    text[kCutoffs] += (text[kCutoffs].empty() ? "" : " ") + std::to_string(cutoff);
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
  return spec;
}

/// The sizes that the metadata states must be those of the tensors before memory is taken for them.
void require_sizes(const TensorFile& content, const ModelSpec& spec) {
  const auto expect = [&](const std::string& name, std::size_t axis, Index size) {
    const Tensor& tensor = content.require(name);
    if (tensor.shape.size() != 2 || tensor.shape[axis] != size) {
      throw FileError({content.file, "tensor '" + name + "'",
                       "the metadata states a size of " + std::to_string(size) + " on axis " + std::to_string(axis) +
                           ", found the shape " + shape_text(tensor.shape),
                       ""});
    }
  };
  expect("rnn.weight_hh_l0", 1, spec.units);
  // A recurrent matrix without rows states no size: the input matrix then has whole gates.
  const auto rows = static_cast<Index>(content.require("rnn.weight_hh_l0").shape[0]);
  const auto input_rows = static_cast<Index>(content.require("rnn.weight_ih_l0").shape.front());
  if (rows > 0 || spec.units == 0 || input_rows % spec.units != 0) expect("rnn.weight_ih_l0", 0, rows);
  expect("rnn.weight_ih_l0", 1, spec.input_size());
  if (spec.cutoffs.empty()) {
    expect("decoder.weight", 0, spec.outputs);
    expect("decoder.weight", 1, spec.units);
  } else {
    expect("decoder.head.weight", 0, spec.cutoffs.front() + static_cast<Index>(spec.cutoffs.size()));
    expect("decoder.head.weight", 1, spec.units);
  }
  for (std::size_t i = 0; i < spec.cutoffs.size(); ++i) {
    const Index end = i + 1 < spec.cutoffs.size() ? spec.cutoffs[i + 1] : spec.outputs;
    expect("decoder.tail." + std::to_string(i) + ".1.weight", 0, end - spec.cutoffs[i]);
  }
  if (spec.symbols == 0) return;
  expect("encoder.weight", 0, spec.symbols);
  expect("encoder.weight", 1, spec.embedding);
}

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
  require_sizes(content, spec);
  try {
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
