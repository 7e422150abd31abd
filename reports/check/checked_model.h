#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/blocks/block.h"

namespace unrecur::reports {

/// What `unrecur check` found, as plain data: the terminal page, the JSON and the HTML page say the same.
///
/// Names of layers and tensors are those of the file, whatever they hold; who shows them makes them printable
/// (reports/print/printable.h). Other texts are plain, without markup.

/// One bound of the rate. Side upper: the rate is at most `rate` in some norm; lower: at least `rate` in every norm.
struct CheckedBound {
  std::string method;
  Kind side = Kind::upper;     ///< upper or lower
  bool proved = false;         ///< or floating
  std::optional<double> rate;  ///< finite; nothing where the method found none
  std::string norm;            ///< empty for lower bounds
  double seconds = 0.0;
  std::string note;
};

/// What one gate's recurrent matrix R does; see theory/check/rate_limits.h.
struct CheckedGate {
  std::string name;
  double spectral_norm = 0.0, inf_norm = 0.0;
  std::optional<double> value;  ///< the largest it can take
  std::optional<double> adds;   ///< what it alone can add to a rate in the infinity norm
  std::vector<long long> rows;  ///< the units whose rows do most
};

/// k(ε) of one certificate, ε falling; k is a step function of ε, so each point is exact.
struct ContextCurve {
  std::string method;
  double rate = 0.0;
  std::vector<double> epsilon, k;
};

/// What the layer does along data. None of these is a bound; see theory/estimates/.
struct CheckedEstimates {
  std::string source;                                          ///< the file of the data
  long long steps = 0;                                         ///< counted for the exponent
  std::optional<double> lyapunov_max;                          ///< λ_1, nats a step: exp(λ_1) sets beside a rate
  std::optional<std::pair<double, double>> lyapunov_interval;  ///< 95 percent
  std::vector<long long> orders;                               ///< k
  std::vector<double> gains, roots;                            ///< g_k and g_k^{1/k}
  std::optional<double> ascent_gain;                           ///< the largest ratio of one step that was found
};

/// Along a recording: the truncated model of order k stays within ε of the recurrent one at every step.
struct MeasuredContext {
  std::optional<long long> k;          ///< the smallest such k; nothing where none was found
  long long orders = 0;                ///< how many were looked at
  double largest = 0.0, median = 0.0;  ///< gap in the states over all steps, of k or of the last order looked at
};

/// The two runs of the witness that so many steps are needed, from the last input in which they differ on: their gap in
/// the Euclidean norm, and what is asked of along the direction in which they differ at the end.
struct CheckedWitness {
  std::vector<double> steps, gap, first, second;
};

/// How many steps of context: what is asked of within ε of that of the recurrent layer, in the Euclidean norm.
struct CheckedContext {
  std::string of = "states";            ///< states, outputs or head
  std::string of_words{};               ///< the same behind an error: "in the outputs"; empty for states
  std::optional<long long> k{};         ///< proved to be enough
  std::optional<long long> at_least{};  ///< proved to be needed, by a witness; at most k
  bool for_ever = false;                ///< proved: no number is enough, and `at_least` says how far was looked
  std::string note{};                   ///< why `at_least` is not known; may be empty
  std::optional<MeasuredContext> measured{};
};

struct CheckedLayer {
  std::string name, cell, verdict;                ///< verdict: proved, refuted or undecided
  std::map<std::string, std::string> attributes;  ///< activation, leak, reset, …
  std::string direction, description;             ///< description: "lstm layer, 128 units, 257 inputs"
  std::vector<std::string> tensors;
  long long state_size = 0, input_size = 0;  ///< input_size 0: not known
  std::string note;                          ///< what has to be known of the description; may be empty
  double recurrent_norm = 0.0;               ///< ‖R‖₂ of the stacked recurrent matrix
  std::optional<double> lower, upper;        ///< proved bounds of the rate
  CheckedContext context{};
  std::string domain;                     ///< where the proved rates hold; may be empty
  std::string answer;                     ///< what the verdict means
  std::string limited_by;                 ///< what keeps the rate up, in a word or two; may be empty
  std::vector<std::string> limits, help;  ///< what keeps the rate up, and what would change the verdict
  std::vector<CheckedGate> gates;
  std::vector<CheckedBound> bounds;
  std::optional<CheckedEstimates> estimates;
  std::vector<ContextCurve> curves;  ///< the certificate of the context first
  std::optional<CheckedWitness> witness{};
};

struct CheckedModel {
  std::string path, sha256, format, verdict;
  double epsilon = 0.0;  ///< the error for which contexts are asked
  std::vector<CheckedLayer> layers;
  CheckedContext context{};                 ///< of all layers together, as far as it is known how they hang together
  std::optional<CheckedWitness> witness{};  ///< of several layers together
};

}  // namespace unrecur::reports
