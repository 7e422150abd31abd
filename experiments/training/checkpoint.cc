#include "experiments/training/checkpoint.h"

#include <utility>

#include "base/errors.h"
#include "base/sha256.h"
#include "models/formats/safetensors/safetensors.h"

namespace unrecur {
namespace {

/// First line of a checkpoint: this and the SHA-256 of everything after it.
const std::string kMagic = "unrecur.checkpoint/2 ";
constexpr std::size_t kDigest = 64;
const std::string kRemedy = "delete the file to start the run again from its beginning";

void put(TensorFile& content, const std::string& group, const Parameters<float>& parameters) {
  for (const auto& p : parameters) content.tensors.push_back(to_tensor<float>(group + p.name, p.value, p.rank));
}

Parameters<float> take(const TensorFile& content, const std::string& group) {
  Parameters<float> parameters;
  for (const Tensor& tensor : content.tensors) {
    if (!tensor.name.starts_with(group)) continue;
    parameters.push_back({tensor.name.substr(group.size()), tensor_to_matrix<float>(tensor, content.file),
                          static_cast<int>(tensor.shape.size())});
  }
  return parameters;
}

/// Four numbers, those of the schedule, three numbers.
constexpr Index kCounters = 7;

Matrix<double> counters(const TrainingState& s) {
  std::vector<double> numbers = {static_cast<double>(s.epoch), static_cast<double>(s.step), s.epoch_loss.sum,
                                 s.epoch_loss.weight};
  numbers.insert(numbers.end(), s.schedule.begin(), s.schedule.end());
  numbers.insert(numbers.end(),
                 {static_cast<double>(s.best_epoch), s.best_valid, static_cast<double>(s.average.count())});
  return Eigen::Map<const Matrix<double>>(numbers.data(), static_cast<Index>(numbers.size()), 1);
}

void set_counters(TrainingState& s, const Matrix<double>& numbers) {
  s.epoch = static_cast<Index>(numbers(0));
  s.step = static_cast<Index>(numbers(1));
  s.epoch_loss = {numbers(2), numbers(3)};
  s.schedule.assign(numbers.data() + 4, numbers.data() + numbers.rows() - 3);
  s.best_epoch = static_cast<Index>(numbers(numbers.rows() - 3));
  s.best_valid = numbers(numbers.rows() - 2);
}

Matrix<double> table_of(const std::vector<EpochRecord>& history) {
  Matrix<double> table(static_cast<Index>(history.size()), 5);
  for (std::size_t i = 0; i < history.size(); ++i) {
    const EpochRecord& r = history[i];
    table.row(static_cast<Index>(i)) << static_cast<double>(r.epoch), r.train, r.valid, r.learning_rate, r.proved_rate;
  }
  return table;
}

std::vector<EpochRecord> history_of(const Matrix<double>& table) {
  std::vector<EpochRecord> history;
  for (Index i = 0; i < table.rows(); ++i) {
    history.push_back({static_cast<Index>(table(i, 0)), table(i, 1), table(i, 2), table(i, 3), table(i, 4)});
  }
  return history;
}

/// The safetensors part of the file, once its checksum fits.
std::span<const std::byte> checked_body(const Bytes& bytes, const std::string& file) {
  const std::string_view text = as_text(bytes);
  const std::size_t head = kMagic.size() + kDigest + 1;
  if (text.size() < head || !text.starts_with(kMagic) || text[head - 1] != '\n') {
    throw FileError({file, "first line", "expected '" + kMagic + "' and a SHA-256; this is no checkpoint", kRemedy});
  }
  const auto body = std::span(bytes).subspan(head);
  if (sha256(body) != text.substr(kMagic.size(), kDigest)) {
    throw FileError({file, "", "the checkpoint is damaged: its SHA-256 does not fit its content", kRemedy});
  }
  return body;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const std::string& run, const TrainingState& state) {
  TensorFile content;
  content.file = path.string();
  content.metadata = {{"run", run}};
  put(content, "weights/", state.weights);
  put(content, "best/", state.best);
  put(content, "set/", state.set_state);
  put(content, "optimiser/", state.optimiser);
  put(content, "average/", state.average.mean());
  content.tensors.push_back(to_tensor<float>("carried", state.carried));
  content.tensors.push_back(to_tensor<double>("counters", counters(state)));
  content.tensors.push_back(to_tensor<double>("history", table_of(state.history)));
  const Bytes body = format_safetensors(content);
  std::string file = kMagic + sha256(body) + "\n";
  file += as_text(body);
  write_atomically(path, std::string_view(file));
}

std::optional<TrainingState> load_checkpoint(const std::filesystem::path& path, const std::string& run) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const std::string file = path.string();
  const Bytes bytes = read_file(path);
  const TensorFile content = parse_safetensors(checked_body(bytes, file), file);
  const auto owner = content.metadata.find("run");
  if (owner == content.metadata.end() || owner->second != run) {
    throw FileError({file, "metadata key 'run'",
                     "the checkpoint belongs to another run: its configuration, data or seed differ", kRemedy});
  }
  TrainingState state;
  state.weights = take(content, "weights/");
  state.best = take(content, "best/");
  state.set_state = take(content, "set/");
  state.optimiser = take(content, "optimiser/");
  state.carried = tensor_to_matrix<float>(content.require("carried"), file);
  const auto numbers = tensor_to_matrix<double>(content.require("counters"), file, -1, 1);
  if (numbers.rows() < kCounters) {
    throw FileError(
        {file, "counters",
         "expected at least " + std::to_string(kCounters) + " numbers, found " + std::to_string(numbers.rows()),
         kRemedy});
  }
  set_counters(state, numbers);
  state.average = WeightAverage(take(content, "average/"), static_cast<Index>(numbers(numbers.rows() - 1)));
  state.history = history_of(tensor_to_matrix<double>(content.require("history"), file, -1, 5));
  return state;
}

Parameters<float> all_weights(const SequenceModel<float>& model) {
  Parameters<float> weights;
  for_each_weight(model, [&](const std::string& name, const Matrix<float>& value, int rank) {
    weights.push_back({name, value, rank});
  });
  return weights;
}

void set_all_weights(SequenceModel<float>& model, const Parameters<float>& weights) {
  for_each_weight(model, [&](const std::string& name, Matrix<float>& value, int) {
    const Matrix<float>* stored = find_parameter(weights, name);
    if (stored == nullptr || stored->rows() != value.rows() || stored->cols() != value.cols()) {
      throw UsageError("the weight " + name + " is missing or has another shape");
    }
    value = *stored;
  });
}

}  // namespace unrecur
