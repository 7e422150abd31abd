#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "theory/check/data_estimates.h"
#include "theory/check/known_states.h"
#include "theory/check/memory_report.h"
#include "theory/check/rate_bound.h"
#include "theory/check/rate_limits.h"
#include "theory/truncation/measured_context.h"

namespace unrecur {

/// How many steps of context are enough: ‖C (s_t − s_t^k)‖₂ ≤ error for the truncation of order `steps`, at every t, C
/// what is observed (LayerReport::observed).
struct Context {
  double error = 0.0;  ///< ε
  Index steps = 0;     ///< k(ε)
};

/// Why a verdict is what it is.
enum class Reason {
  contracts_with_context,        ///< proved, and LayerReport::context says how much context is enough
  contracts_conjugate,           ///< proved of states that are not the file's own, whose distances differ: no context
  contracts_context_unverified,  ///< proved, but no certificate of a context: whoever asks for a file is told so
  contracts_unbounded_states,    ///< proved, but nothing bounds the states: no context
  remembers_for_ever,            ///< refuted: one input keeps two states apart, so no context is enough
  expands_where_visited,         ///< refuted on states that sequences lead to
  expands_over_all_states,       ///< refuted over every state and input; it may yet forget where sequences lead
  description_incomplete,        ///< undecided: the file leaves open what map it is
  kind_without_methods,          ///< undecided: nothing is known of this kind of cell
  no_rate_below_one,             ///< undecided: every norm tried has a rate of 1 or more
  no_finite_rate,                ///< undecided: no norm tried has a finite rate
};

/// What would change an answer that is not a proof, or add a context to one.
struct Remedy {
  enum class Kind {
    complete_description,      ///< say what the file leaves open
    bound_inputs_for_context,  ///< any bound on the inputs gives a context
    bound_inputs,              ///< any bound on the inputs may help
    inputs_within,             ///< every |x_i| ≤ `input_bound` is proved to be enough
    inputs_of_zero,            ///< only with the input zero the layer is proved to contract
    other_weights,             ///< not even the input zero gives a rate below 1
    vocabulary,                ///< inputs that are rows of `tensor` of the file
    box_of_inputs,             ///< bounds coordinate by coordinate
    projection,                ///< weights moved into a stable set (theory/stable_sets/project_layer.h)
  };
  Kind kind;
  double input_bound = 0.0;           ///< of inputs_within
  std::string tensor{};               ///< of vocabulary, and of a projection where one is likely
  bool needs_bounded_inputs = false;  ///< of projection: the stable sets of the layer's kind do
};

/// k(ε) of one certificate, ε falling; k is a step function of ε, so each point is exact.
struct ContextCurve {
  std::string method;
  UpperBound rate;
  std::vector<Context> points{};
};

/// All that is known of the contraction of one recurrent layer, computed once. A value: it depends on nothing else.
struct LayerReport {
  std::shared_ptr<const Cell<double>> cell{};  ///< null where the layer is not checkable
  InputSet inputs = InputSet::anything();      ///< for which its upper bounds hold
  double error = 0.0;                          ///< ε, for which a context was asked
  verify::Observed observed{};                 ///< what that is an error of
  Verdict verdict = Verdict::undecided;
  Reason reason = Reason::description_incomplete;

  RateBounds bounds{};
  std::optional<LowerBound> rate_lower{};  ///< the best proved one; nothing where nothing is proved
  std::optional<UpperBound> rate_upper{};  ///< likewise
  std::optional<Context> context{};        ///< of the best certificate, from zero states
  /// Where the file has the layer start from other states: whether the context holds from these too.
  std::optional<bool> context_from_stored{};
  MemoryReport memory{};  ///< the steps that every context needs: at most those of `context`
  KnownStates states{};
  Estimate recurrent_norm{0.0};  ///< ‖R‖₂ of the stacked recurrent matrix
  std::string domain{};          ///< where the upper bounds hold, in words; empty where there is none

  std::vector<GateLimit> limits{};            ///< what keeps the rate up
  std::optional<SlowestMode> slowest_mode{};  ///< of slope maps
  std::vector<Remedy> remedies{};             ///< the nearest first
  std::vector<ContextCurve> curves{};         ///< of all certificates below 1, that of the context first
  std::optional<DataEstimates> estimates{};   ///< along data, where there was some
  std::optional<MeasuredContext> measured{};  ///< likewise

  /// How far what is observed can be from the truncated model's, as the certificate promises. There has to be a cell.
  GapBound promised_gap(const Certificate& certificate) const;
  /// The bound whose certificate promises the shortest context, or has the smallest rate where none promises any; null
  /// where no rate below 1 is proved.
  const UpperRateBound* best() const;
  std::optional<std::size_t> best_upper{};  ///< its place in bounds.upper
  /// Where refuted: the proved lower bounds of at least 1, those with an orbit for their witness first, and then the
  /// larger ones.
  std::vector<const LowerRateBound*> refutations() const;
};

}  // namespace unrecur
