#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// What a label of the IOB scheme says: `O` is outside every chunk, `B-x` begins a chunk of type x, `I-x` is inside
/// one.
struct IobTag {
  char position = 'O';  ///< O, B or I
  int type = -1;        ///< index into ChunkLabels::types(); −1 for O
};

/// Whether a label has one of the forms O, B-x, I-x (x not empty).
bool is_iob_label(std::string_view label);

/// The labels of a tagger by number, with what each says about chunks.
class ChunkLabels {
 public:
  ChunkLabels() = default;
  /// Label number i is labels[i]. Throws UsageError for one that is neither O nor B-x nor I-x.
  explicit ChunkLabels(std::vector<std::string> labels);

  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  /// Types of chunk, in order of first occurrence among the labels.
  const std::vector<std::string>& types() const { return types_; }
  /// Throws UsageError for a number outside [0, size()).
  IobTag tag(int label) const;

 private:
  std::vector<std::string> names_, types_;
  std::vector<IobTag> tags_;
};

/// Positions [begin, end) of one type.
struct Chunk {
  std::size_t begin, end;
  int type;
  auto operator<=>(const Chunk&) const = default;
};

/// The chunks of a sequence of labels, in order, as CoNLL's evaluation defines them. A chunk begins at B-x, and at I-x
/// where no chunk of type x is open (after O, at the start, or after another type). It ends before the next B, the next
/// O, the next label of another type, or at the end. Cost: one pass.
std::vector<Chunk> chunks_of(std::span<const int> labels, const ChunkLabels& names);

/// Numbers of chunks, and the ratios in percent. A ratio whose denominator is 0 is 0, as in CoNLL's evaluation.
struct ChunkCounts {
  std::int64_t correct = 0;    ///< predicted chunks that are also actual ones
  std::int64_t predicted = 0;  ///< chunks in the predicted labels
  std::int64_t actual = 0;     ///< chunks in the right labels

  double precision() const;  ///< 100 correct / predicted
  double recall() const;     ///< 100 correct / actual
  double f1() const;         ///< 200 correct / (predicted + actual): harmonic mean of the two
};

/// Chunk score over many sequences (Tjong Kim Sang and Buchholz, CoNLL 2000). A predicted chunk is correct where an
/// actual one has the same begin, end and type. Counts are summed over sequences before the ratios are taken.
class ChunkScore {
 public:
  /// `labels` must outlive the score.
  explicit ChunkScore(const ChunkLabels& labels) : labels_(labels), by_type_(labels.types().size()) {}
  /// Throws UsageError where the two lengths differ.
  void add(std::span<const int> predicted, std::span<const int> actual);

  const ChunkCounts& all() const { return all_; }
  /// One entry for each of the labels' types().
  const std::vector<ChunkCounts>& by_type() const { return by_type_; }

 private:
  const ChunkLabels& labels_;
  ChunkCounts all_;
  std::vector<ChunkCounts> by_type_;
};

}  // namespace unrecur
