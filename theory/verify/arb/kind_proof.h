#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/prepared_layer.h"
#include "theory/verify/arb/sloped.h"
#include "theory/verify/arb/step.h"

namespace unrecur::verify {

struct Scan;

/// How claims about one kind of cell are proved. Each file of theory/verify/arb/proofs/ defines one, named as the file;
/// the build makes the table of all. It shares nothing with the table of the search (theory/kinds/): what a kind is
/// stands here a second time, in ball arithmetic. Whatever is null is not proved of the kind.
struct KindProof {
  std::string_view kind;
  /// The state holds so many entries for each unit; h, which a layer above reads, is the last of them.
  std::size_t states_per_unit = 1;
  /// In max-norms.
  Changes (*changes)(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) = nullptr;
  /// In all other norms.
  Finding (*in_other_norms)(const Layer& layer, const Claim& claim) = nullptr;
  /// Whether in_other_norms proves that a box of states within the limits is kept (Claim::state_low).
  bool state_boxes = false;
  /// φ and ∂φ/∂s over balls: for orbits.
  Step (*step)(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input,
               Derivative derivative) = nullptr;
  /// For many steps: for witnesses of memory. Null where the layer's weights do not fit each other, and of scans for
  /// boxed inputs: those prepare stacks of theirs as a whole.
  std::unique_ptr<PreparedLayer> (*prepare)(const Layer& layer, Inlet inlet) = nullptr;
  /// For kinds with bounded slopes: for refutations by patterns of slopes.
  std::optional<Sloped> (*sloped)(const Layer& layer) = nullptr;
  /// Where a state is no multiple of the units: how many entries that of one layer has; zero where its weights do not
  /// fit its attributes.
  std::size_t (*states)(const Layer& layer) = nullptr;
  /// Likewise of an input, where the input matrix reads several of them.
  std::size_t (*inputs)(const Layer& layer) = nullptr;
  /// For kinds whose gates see inputs alone (scans/scan.h): what the attributes say, nothing where one is not known;
  /// and in max-norms, stacks of such layers with any skip connections.
  std::optional<Scan> (*scan)(const Layer& layer) = nullptr;
  Changes (*stack_changes)(const Layer& stack, const Claim& claim) = nullptr;
  /// Whether the layer is a stack of layers of the kind that its attribute `layer` names.
  bool stacked = false;
};

/// The entry of a kind; null where nothing is proved of it here.
const KindProof* find_kind_proof(std::string_view kind);

/// The kind of layer k of a stack, and of other layers their own; empty where the stack does not say. The stack's
/// attribute `layer` has the kind of all, or one for each with commas between.
std::string kind_of_layer(const Layer& layer, std::size_t k);

/// The attributes of layer k of a stack: those of the stack, where one lists several values with commas, that of
/// the layer, and those called "k.NAME" under NAME; none that is the stack's own, or another layer's.
Attributes attributes_of_layer(const Layer& stack, std::size_t k);

/// A layer of a stack, or one alone, with weights of its own.
struct SingleLayer {
  std::string kind;
  Attributes attributes{};
  Parameters<double> weights{};

  Layer layer() const { return {kind, attributes, &weights}; }
  const KindProof* proof() const { return find_kind_proof(kind); }
};
/// Layer k of a stack, and for k = 0 other layers themselves.
SingleLayer single_layer(const Layer& layer, std::size_t k);
/// All of them; none where the stack does not say how many there are.
std::vector<SingleLayer> chain_of(const Layer& layer);

}  // namespace unrecur::verify

namespace unrecur::registry::proofs {
std::span<const verify::KindProof* const> all();
}
