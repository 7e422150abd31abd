#include "experiments/data/chunks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

bool is_iob_label(std::string_view label) {
  return label == "O" || (label.size() > 2 && (label[0] == 'B' || label[0] == 'I') && label[1] == '-');
}

ChunkLabels::ChunkLabels(std::vector<std::string> labels) : names_(std::move(labels)) {
  for (const std::string& name : names_) {
    if (!is_iob_label(name)) throw UsageError("label '" + name + "' is neither O nor B-type nor I-type");
    if (name == "O") {
      tags_.push_back({});
      continue;
    }
    const std::string type = name.substr(2);
    const auto known = std::find(types_.begin(), types_.end(), type);
    tags_.push_back({name[0], static_cast<int>(known - types_.begin())});
    if (known == types_.end()) types_.push_back(type);
  }
}

IobTag ChunkLabels::tag(int label) const {
  if (label < 0 || static_cast<std::size_t>(label) >= tags_.size()) {
    throw UsageError("there is no label number " + std::to_string(label) + " among " + std::to_string(tags_.size()));
  }
  return tags_[static_cast<std::size_t>(label)];
}

std::vector<Chunk> chunks_of(std::span<const int> labels, const ChunkLabels& names) {
  std::vector<Chunk> chunks;
  int open = -1;  // type of the chunk that the position before belongs to
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const IobTag tag = names.tag(labels[i]);
    if (tag.position != 'O' && (tag.position == 'B' || tag.type != open)) chunks.push_back({i, i, tag.type});
    if (tag.position != 'O') chunks.back().end = i + 1;
    open = tag.type;
  }
  return chunks;
}

double ChunkCounts::precision() const {
  return percent(correct, predicted);
}
double ChunkCounts::recall() const {
  return percent(correct, actual);
}
double ChunkCounts::f1() const {
  return percent(2 * correct, predicted + actual);
}

void ChunkScore::add(std::span<const int> predicted, std::span<const int> actual) {
  if (predicted.size() != actual.size()) {
    throw UsageError("chunk score: " + std::to_string(predicted.size()) + " predicted labels for " +
                     std::to_string(actual.size()) + " actual ones");
  }
  const auto count = [&](const std::vector<Chunk>& chunks, std::int64_t ChunkCounts::*number) {
    for (const Chunk& chunk : chunks) {
      ++(all_.*number);
      ++(by_type_[static_cast<std::size_t>(chunk.type)].*number);
    }
  };
  const std::vector<Chunk> found = chunks_of(predicted, labels_), right = chunks_of(actual, labels_);
  std::vector<Chunk> both;
  std::set_intersection(found.begin(), found.end(), right.begin(), right.end(), std::back_inserter(both));
  count(found, &ChunkCounts::predicted);
  count(right, &ChunkCounts::actual);
  count(both, &ChunkCounts::correct);
}

}  // namespace unrecur
