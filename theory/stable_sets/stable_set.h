#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/sequence/sequence_model.h"
#include "theory/arithmetic/bounds.h"

namespace unrecur {

/// A set of weights in which training is kept, as a policy applied after every gradient step.
class StableSet {
 public:
  virtual ~StableSet() = default;
  virtual std::string name() const = 0;

  /// Moves the weights of the model's cell into the set; the nearest point where the set allows it.
  virtual void project(SequenceModel<float>& model) = 0;

  /// The contraction rate that membership proves for these very weights, or nothing where the proof fails or the set
  /// promises none. Costs more than project: called at checkpoints.
  virtual std::optional<UpperBound> prove(const SequenceModel<float>& model) const = 0;

  /// What project carries from step to step (warm starts). Restored from a checkpoint, so that a resumed run ends with
  /// the same bits.
  virtual Parameters<float> save() const { return {}; }
  virtual void restore(const Parameters<float>& state) { static_cast<void>(state); }
};

/// What a set may take for granted of a model's inputs.
struct InputBounds {
  Vector<float> low{}, high{};  ///< dense inputs: low ≤ x ≤ high, entry by entry; empty: any
  /// Symbols of a large vocabulary: so many of the longest embeddings are bounded one by one, all others by the ball
  /// of the longest left. A small vocabulary is bounded word by word.
  Index exact_words = 0;
};

struct StableSetOptions {
  double rate = 1.0;     ///< λ of the set
  double ceiling = 0.0;  ///< gated cells: bound on the gate that keeps the state; 0: the set's own
  InputBounds inputs{};
};

/// How a set is made. Each file of theory/stable_sets/sets/ defines one; the build makes the table of all of them.
struct StableSetType {
  std::string_view name;
  std::unique_ptr<StableSet> (*make)(const StableSetOptions&);
  std::span<const std::string_view> cells{};  ///< the kinds of cell that it is for; empty: all
  std::string_view proof{};  ///< the method that proves its rate of bound_rate (KindTheory::upper_methods)
  /// Raised whenever a change can change a number: part of the hash of the runs in this set, and of no others.
  int version = 1;
  /// Whether the map itself is in the set, whatever its weights: it takes no rate.
  bool by_construction = false;

  bool fits(std::string_view kind) const;
};

namespace registry::sets {
std::span<const StableSetType* const> all();
}

/// A set's type by its name; throws UsageError that lists the names.
const StableSetType& stable_set_type(std::string_view name);

/// The sets made for a kind of cell, and the kinds that any is made for: `none` is made for no kind.
std::vector<const StableSetType*> stable_sets_for(std::string_view kind);
std::vector<std::string_view> kinds_with_stable_sets();

/// The recurrent matrix of the model's cell; throws UsageError where the set is not for its kind.
Matrix<float>& recurrent_of(SequenceModel<float>& model, std::string_view set);

/// The version of a set; 1 for a name that there is none of, which make_stable_set refuses.
int version_of_stable_set(std::string_view name);

/// Whether a set takes no rate (StableSetType::by_construction); false for a name that there is none of.
bool is_by_construction(std::string_view name);

/// A set by its name; throws UsageError that lists the names.
std::unique_ptr<StableSet> make_stable_set(std::string_view name, const StableSetOptions& options);

}  // namespace unrecur
