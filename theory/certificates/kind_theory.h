#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/layers/activation.h"
#include "models/layers/cell.h"
#include "theory/certificates/certificate.h"

namespace unrecur {

class EnclosedCell;
struct GateLimit;
struct Jet;
struct JetQuestion;
struct RateBounds;
struct RateOptions;

/// One layer among others: its own certificate in a weighted max-norm, and what its input does to its state.
struct LayerComparison {
  Certificate certificate;    ///< in max |s_j|/v_j, for inputs of the set that was asked for
  Matrix<double> from_input;  ///< |∂φ/∂x| ≤ this, entry by entry over the certificate's domain; state × m
};

/// s' = (1 − α) s + α ρ(W s + U x + b): what makes a cell one with bounded slopes, beside its weights.
struct SlopedStep {
  ActivationFunction activation = Activation::tanh;
  double leak = 1.0;  ///< α
};

/// All that the theory knows of one kind of cell. Each file of theory/kinds/ defines one, named as the file; the build
/// makes the table of all. Whatever is null or empty is not known of the kind: then the answers that need it are
/// "undecided", never "proved". The verifier has a table of its own (theory/verify/arb/proofs/).
struct KindTheory {
  std::string_view kind;

  /// The methods that bound its rate, from above and from below, in the order in which bound_rate tries them.
  std::span<const std::string_view> upper_methods{}, lower_methods{};
  /// One bound for each of the methods that the options want.
  RateBounds (*bound_rate)(const Cell<double>& cell, const RateOptions& options) = nullptr;

  /// The certificate of one of the upper methods, where bound_rate is bound_by_certificates
  /// (theory/check/ladders/ladders.h): kinds that share work between their methods have a bound_rate of their own.
  std::optional<Certificate> (*certify)(const Cell<double>& cell, const InputSet& inputs,
                                        std::string_view method) = nullptr;

  /// Whether every upper bound needs bounded inputs: gates can be driven as near to 1 as one likes without.
  bool needs_bounded_inputs = false;
  /// The gate that keeps the state, by its name in CellType::gates; empty where there is none.
  std::string_view keeping_gate{};
  /// What keeps the rate from being smaller, gate by gate (theory/check/rate_limits.h).
  std::vector<GateLimit> (*limits)(const Cell<double>& cell, const InputSet& inputs) = nullptr;

  /// One step over boxes of states and inputs (theory/orbits/enclosed_cell.h): for proofs that an orbit exists. The
  /// weights are finite; null where something in the attributes is not known.
  std::unique_ptr<EnclosedCell> (*enclosure)(const Cell<double>& cell) = nullptr;
  /// As a layer below or above others. Nothing where no finite rate is proved.
  std::optional<LayerComparison> (*comparison)(const Cell<double>& cell, const InputSet& inputs) = nullptr;
  /// c with |h_j| ≤ c for ever once it holds, whatever the inputs; nothing where there is none.
  std::optional<double> (*output_bound)(const Cell<double>& cell) = nullptr;
  /// |h_j| ≤ the j-th of them for ever, from the zero state under inputs of the set; nothing where none are found.
  std::optional<Vector<double>> (*output_limits)(const Cell<double>& cell, const InputSet& inputs) = nullptr;
  /// First and second derivatives of every row of the new state, bounded (theory/curvature/cell_jets.h).
  std::optional<std::vector<Jet>> (*jets)(const Cell<double>& cell, const JetQuestion& question) = nullptr;
  /// For kinds with bounded slopes. Nothing where an attribute is not known.
  std::optional<SlopedStep> (*sloped)(const Attributes& attributes) = nullptr;
};

namespace registry::kinds {
std::span<const KindTheory* const> all();
}

/// The entry of a kind; null where the theory knows nothing of it.
const KindTheory* find_kind_theory(std::string_view kind);

/// KindTheory::output_bound of the cell's kind; nothing where that is not known.
std::optional<double> output_bound(const Cell<double>& cell);

/// |h_j| ≤ the j-th of them for ever, from the zero state under inputs of the set: the better of both entries of the
/// kind. Nothing where no finite ones are known.
std::optional<Vector<double>> output_limits(const Cell<double>& cell, const InputSet& inputs);

/// Whether upper bounds of this kind need bounded inputs; false for kinds of which nothing is known.
bool needs_bounded_inputs(std::string_view kind);

}  // namespace unrecur
