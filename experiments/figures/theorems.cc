// The paper's theorems on truncation, measured beside their bounds, and systems without stability on which they fail.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/support/progress.h"
#include "experiments/truncation/gap.h"
#include "experiments/truncation/theorem_system.h"
#include "models/truncation/orders.h"

namespace unrecur {
namespace {

/// Rounding of a measured difference, relative to the size of what is subtracted.
constexpr double kRounding = 1e-12;

struct TheoremsSettings {
  TheoremSystemOptions system;
  std::vector<Index> orders;          ///< for the weights' distance
  std::vector<std::int64_t> lengths;  ///< of the systems that do not forget
  Index steps = 0;                    ///< N
  double alpha_beta = 1.0;
  bool stable = true;
};

TheoremsSettings read_theorems_settings(const Config& config) {
  TheoremsSettings s;
  std::vector<std::string> cells{"elman", "linear"};
  for (const auto& name : unforgetting_names()) cells.push_back(name);
  s.system.cell = config.get_choice("cell", cells);
  s.stable = s.system.cell == "elman" || s.system.cell == "linear";
  if (!s.stable) {
    s.lengths = config.get_ints("lengths", {.at_least = 2, .at_most = 100000});
    return s;
  }
  s.system.weights = config.get_choice("weights", {"gaussian", "orthogonal", "scalar"});
  s.system.rate = config.get_double("lambda", {.above = 0.003, .below = 1.0});
  s.system.size = config.get_int("hidden", {.at_least = 1, .at_most = 200});
  s.system.inputs = config.get_int("inputs", {.at_least = 1, .at_most = 200});
  s.system.outputs = config.get_int("outputs", {.at_least = 1, .at_most = 200});
  s.system.sequences = config.get_int("sequences", {.at_least = 1, .at_most = 1000});
  s.system.steps = config.get_int("length", {.at_least = 2, .at_most = 100000});
  for (const auto k : config.get_ints("orders", {.at_least = 1, .at_most = s.system.steps - 1})) s.orders.push_back(k);
  s.steps = config.get_int("steps", {.at_least = 1, .at_most = 1000000});
  s.alpha_beta = config.get_double("alpha_beta", 1.0, {.above = 0.0});
  return s;
}

std::vector<double> numbers(Index last) {
  std::vector<double> x;
  for (Index i = 1; i <= last; ++i) x.push_back(static_cast<double>(i));
  return x;
}

/// One system and everything measured of it.
class Measured {
 public:
  Measured(const TheoremsSettings& settings, const JobContext& job)
      : settings_(settings),
        job_(job),
        system_(make_theorem_system(settings.system)),
        constants_(system_.set, system_.loss, system_.input_bound),
        loss_(system_.batch) {}

  Findings findings() {
    add_constants();
    states();
    gradients();
    for (const Index k : settings_.orders) weights(k);
    reasons();
    for (const Index k : settings_.orders) weights_at_a_usual_rate(k);
    return std::move(findings_);
  }

 private:
  void add(const std::string& name, const std::string& x_name, const std::vector<double>& y, const std::string& side) {
    findings_.series.push_back({name, x_name, "distance", numbers(static_cast<Index>(y.size())), y, side});
  }

  void add_constants() {
    const auto put = [&](const std::string& name, double value) {
      if (std::isfinite(value)) findings_.metrics[name] = value;
    };
    const TruncationConstants& c = constants_;
    for (const auto& [name, bound] :
         std::initializer_list<std::pair<const char*, UpperBound>>{{"rate_upper", c.lambda},
                                                                   {"L_x", c.l_x},
                                                                   {"B_x", c.b_x},
                                                                   {"B_h", c.b_h},
                                                                   {"L_w", c.l_w},
                                                                   {"beta_hh", c.beta_hh},
                                                                   {"beta_wh", c.beta_wh},
                                                                   {"beta_hw", c.beta_hw},
                                                                   {"beta_ww", c.beta_ww},
                                                                   {"L_p", c.l_p},
                                                                   {"beta_p", c.beta_p},
                                                                   {"gamma", c.gamma()},
                                                                   {"beta", c.smoothness()}}) {
      put(name, bound.value);
    }
    put("alpha", alpha());
  }

  double alpha() const { return settings_.alpha_beta / constants_.smoothness().value; }

  /// The inputs of sequence b, m × T.
  Matrix<double> inputs(Index b) const {
    const Packing& packing = system_.batch.packing;
    Matrix<double> x(system_.batch.frames.rows(), packing.steps());
    for (Index t = 0; t < packing.steps(); ++t) x.col(t) = system_.batch.frames.col(packing.column(b, t));
    return x;
  }

  void states() {
    const Index top = system_.batch.packing.steps() - 1;
    std::vector<double> gap(static_cast<std::size_t>(top), 0.0), bound;
    for (Index b = 0; b < system_.batch.packing.batch(); ++b) {
      const Matrix<double> x = inputs(b), full = full_states<double>(system_.model.cell(), x);
      reach_ = std::max(reach_, full.colwise().norm().maxCoeff());
      TruncationSweep<double> sweep(system_.model.cell(), x);
      for (auto& g : gap) {
        sweep.forward_step();
        g = std::max(g, (full - sweep.states()).colwise().norm().maxCoeff());
      }
    }
    for (Index k = 1; k <= top; ++k) bound.push_back(constants_.state_gap(k).value);
    findings_.metrics["floor_state"] = kRounding * reach_;
    if (const auto rate = decay_rate(gap, 1e3 * kRounding * reach_)) findings_.metrics["decay_rate"] = *rate;
    add("state_gap", "k", gap, "measured");
    add("bound_proposition3", "k", bound, "upper");
  }

  void gradients() {
    const Index top = loss_.steps() - 1;
    const Parameters<double> full = loss_.gradient(system_.model, 0);
    double size = 0.0;
    for (const auto& p : full) size += p.value.squaredNorm();
    std::vector<double> gap, parts, lemma;
    for (Index k = 1; k <= top; ++k) {
      gap.push_back(weight_distance(full, loss_.gradient(system_.model, k)));
      parts.push_back(constants_.gradient_gap(k).total());
      lemma.push_back(constants_.lemma1(k).value);
    }
    findings_.metrics["floor_gradient"] = kRounding * std::sqrt(size);
    add("gradient_gap", "k", gap, "measured");
    add("bound_lemma1_parts", "k", parts, "upper");
    add("bound_lemma1", "k", lemma, "upper");
    const GradientGap at = constants_.gradient_gap(settings_.orders.front());
    const double total = at.total();
    findings_.metrics["share_dropped"] = at.dropped / total;
    findings_.metrics["share_jacobians"] = at.jacobians / total;
    findings_.metrics["share_weights"] = at.weights / total;
    findings_.metrics["share_loss"] = at.loss / total;
  }

  void weights(Index k) {
    const std::string order = "_k" + std::to_string(k);
    const DescentPair pair = descend_pair(system_.model, loss_, system_.set, k, alpha(), settings_.steps);
    std::vector<double> recursion, proposition;
    for (Index s = 1; s <= settings_.steps; ++s) {
      recursion.push_back(constants_.weight_gap(k, alpha(), s).value);
      proposition.push_back(constants_.proposition4(k, alpha(), s).value);
    }
    add("weight_distance" + order, "N", pair.distance, "measured");
    add("bound_recursion" + order, "N", recursion, "upper");
    add("bound_proposition4" + order, "N", proposition, "upper");
    const auto predict = [&](const SequenceModel<double>& m, Index steps) {
      return m.decoder().predict(loss_.last_states(m, steps));
    };
    const Matrix<double> full = predict(pair.recurrent, 0);
    findings_.metrics["prediction_gap" + order] = (full - predict(pair.truncated, k)).colwise().norm().maxCoeff();
    findings_.metrics["bound_theorem1" + order] = constants_.prediction_gap(k, alpha(), settings_.steps).value;
    findings_.metrics["floor_prediction"] = kRounding * full.colwise().norm().maxCoeff();
    findings_.metrics["floor_weights"] =
        kRounding * weight_distance(pair.recurrent.cell().parameters(), zeros_like(pair.recurrent.cell().parameters()));
    findings_.metrics["moved" + order] =
        weight_distance(pair.recurrent.cell().parameters(), system_.model.cell().parameters());
    job_.progress.update(static_cast<double>(++done_), static_cast<double>(settings_.orders.size()), "orders", "");
  }

  /// The same descent at a rate that a person would choose, αβ̂ = 1 with the smoothness β̂ that is measured: the weights
  /// move, and the bound N^{αβ} says nothing.
  void weights_at_a_usual_rate(Index k) {
    const double rate = 1.0 / findings_.metrics.at("smoothness_measured");
    const DescentPair pair = descend_pair(system_.model, loss_, system_.set, k, rate, settings_.steps);
    const std::string order = "_k" + std::to_string(k);
    add("usual_weight_distance" + order, "N", pair.distance, "measured");
    findings_.metrics["usual_weight_distance" + order] = pair.distance.back();
    findings_.metrics["usual_moved" + order] =
        weight_distance(pair.recurrent.cell().parameters(), system_.model.cell().parameters());
    findings_.metrics["usual_alpha_beta"] = rate * constants_.smoothness().value;
  }

  /// What the constants overstate, measured on the same system.
  void reasons() {
    findings_.metrics["reach_measured"] = reach_;
    const Matrix<double>& v = system_.model.decoder().parameters()[0].value;
    const Matrix<double> states = loss_.last_states(system_.model, 0);
    const Index width = states.cols();
    const Matrix<double> slope = v.transpose() * (v * states - system_.batch.targets.frames.rightCols(width));
    findings_.metrics["slope_measured"] = slope.colwise().norm().maxCoeff();
    // The gradient's change over a short step along itself: a lower estimate of β.
    SequenceModel<double> other = system_.model;
    const Parameters<double> gradient = loss_.gradient(system_.model, 0);
    const double size = weight_distance(gradient, zeros_like(gradient));
    constexpr double kStep = 1e-4;
    auto& weights = other.cell().parameters();
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i].value -= kStep / size * gradient[i].value;
    findings_.metrics["smoothness_measured"] = weight_distance(loss_.gradient(other, 0), gradient) / kStep;
  }

  const TheoremsSettings& settings_;
  const JobContext& job_;
  TheoremSystem system_;
  TruncationConstants constants_;
  LastStepLoss loss_;
  double reach_ = 0.0;
  int done_ = 0;
  Findings findings_;
};

/// The gap of every order 1 … T − 1, relative to the largest state, for every length T.
Findings run_unforgetting(const TheoremsSettings& settings) {
  Findings findings;
  double smallest = 1.0;
  for (const Index steps : settings.lengths) {
    std::vector<Index> orders;
    for (Index k = 1; k < steps; ++k) orders.push_back(k);
    const std::vector<double> gaps = relative_gaps(make_unforgetting(settings.system.cell, steps), orders);
    const std::string length = "_T" + std::to_string(steps);
    findings.series.push_back({"relative_gap" + length, "k", "relative gap", numbers(steps - 1), gaps, "measured"});
    findings.metrics["relative_gap_half" + length] = gaps[static_cast<std::size_t>(steps / 2 - 1)];
    smallest = std::min(smallest, gaps[static_cast<std::size_t>(steps / 2 - 1)]);
  }
  findings.metrics["relative_gap_half_smallest"] = smallest;
  return findings;
}

Findings run_theorems(const JobContext& job) {
  TheoremsSettings settings = read_theorems_settings(job.config);
  job.config.require_all_read();
  settings.system.seed = job.seed;
  Findings findings = settings.stable ? Measured(settings, job).findings() : run_unforgetting(settings);
  findings.notes["data"] = "built in";
  return findings;
}

void read_theorems(const Config& config) {
  read_theorems_settings(config);
}

}  // namespace

namespace registry::figures {
extern const Experiment theorems;
const Experiment theorems{"theorems", "The theorems on truncation, measured beside their bounds", 1, &run_theorems,
                          &read_theorems};
}  // namespace registry::figures

}  // namespace unrecur
