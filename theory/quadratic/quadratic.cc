#include "theory/quadratic/quadratic.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/errors.h"
#include "base/parallel.h"
#include "base/stopwatch.h"
#include "theory/arithmetic/rounding.h"
#include "theory/gated/reachable_box.h"
#include "theory/quadratic/metric_tree.h"
#include "theory/quadratic/region_tree.h"

namespace unrecur {
namespace {

/// No descent brings a bound from here to below 1.
constexpr double kFarOff = 30.0;

/// The start with the least bound over the whole domain.
Matrix<double> best_start(const JacobianFamily& family, const std::vector<Vector<double>>& starts, Index n) {
  const UncertainMatrix set = family.over(family.domain());
  Matrix<double> best = Matrix<double>::Identity(n, n);
  double least = kInfinity;
  const auto consider = [&](const Vector<double>& d) {
    if (d.size() != n || !d.allFinite() || !(d.minCoeff() > 0.0)) return;
    const Matrix<double> l = (d / d.maxCoeff()).asDiagonal();
    const WeighedMatrix here = weighed(set, l, l.diagonal().cwiseInverse().asDiagonal());
    Vector<double> log_tau = even_multipliers(here);
    const double bound = tuned_bound(here, log_tau, 10).value;
    if (!(bound < least)) return;
    least = bound;
    best = l;
  };
  consider(Vector<double>::Ones(n));
  for (const Vector<double>& d : starts) consider(d);
  return best;
}

/// Whether more regions are worth their time: where the rate may still fall below 1, and below it as long as twice as
/// many regions shorten the context by a twentieth.
class Worth {
 public:
  explicit Worth(const QuadraticOptions& options) : options_(options) {}

  bool more(Index leaves, double bound) {
    if (bound >= 2.0 * options_.hopeless) return false;
    const bool beaten = bound > options_.beat && options_.beat < options_.hopeless;
    if (leaves < (beaten ? options_.leaves_to_beat : options_.first_leaves)) return true;
    if (leaves >= options_.most_leaves || bound >= options_.hopeless || out_of_time()) return false;
    if (bound >= 1.0) return true;
    if (leaves < 2 * at_) return true;
    const double context = -1.0 / std::log(bound);
    const bool shorter = context < 0.95 * context_;
    at_ = leaves;
    context_ = context;
    return shorter;
  }

 private:
  bool out_of_time() const { return begun_.seconds() >= options_.seconds; }

  const QuadraticOptions& options_;
  Stopwatch begun_;
  Index at_ = 0;
  double context_ = kInfinity;
};

/// Cuts and fits until no more is worth it.
MetricTree grown_tree(const JacobianFamily& family, const Matrix<double>& start, const QuadraticOptions& options) {
  Worth worth(options);
  MetricTree tree(family, start, options.execution);
  // One evaluation costs n³ and n² a term; larger states get fewer.
  const auto evaluations = static_cast<int>(std::clamp<Index>(4800 / start.rows(), 100, 300));
  if (tree.bound() < kFarOff) tree.refit(1, evaluations);
  bool fitted = false;
  while (std::isfinite(tree.bound()) && worth.more(tree.leaves(), tree.bound())) {
    const Index leaves = tree.leaves();
    tree.cut();
    if (tree.leaves() == leaves) break;
    if (fitted || tree.leaves() < 8) continue;
    tree.refit(8, evaluations / 5);
    fitted = true;
  }
  return tree;
}

/// The cuts of a tree, region by region from the root, and its leaves in that order.
void write_cuts(const MetricTree& tree, std::size_t at, QuadraticWitness& witness, std::vector<std::size_t>& leaves) {
  const MetricTree::Node& node = tree.nodes()[at];
  witness.cuts.push_back(static_cast<int>(node.coordinate));
  if (node.coordinate < 0) {
    leaves.push_back(at);
    return;
  }
  write_cuts(tree, node.first, witness, leaves);
  write_cuts(tree, node.second, witness, leaves);
}

/// The cuts and multipliers of a tree; returns the largest bound at the multipliers as they are written.
double write_witness(const MetricTree& tree, QuadraticWitness& witness, const ExecutionContext& execution) {
  constexpr double step = std::numbers::ln2 / kExponentsPerOctave;
  std::vector<std::size_t> leaves;
  write_cuts(tree, 0, witness, leaves);
  std::vector<Vector<double>> log_tau;
  for (const std::size_t leaf : leaves) {
    log_tau.push_back(tree.nodes()[leaf].log_tau);
    for (double& entry : log_tau.back()) {
      witness.exponents.push_back(static_cast<int>(std::lround(entry / step)));
      entry = step * witness.exponents.back();
    }
  }
  std::vector<double> bounds(leaves.size());
  for_each_index(execution.threads, leaves.size(), [&](std::size_t i) {
    execution.poll();
    bounds[i] = tree.bound_with(tree.nodes()[leaves[i]].region, log_tau[i]);
  });
  return *std::ranges::max_element(bounds);
}

std::optional<Certificate> certify(const JacobianFamily& family, const Domain& domain,
                                   const std::vector<Vector<double>>& starts, const QuadraticOptions& options) {
  const Index n = domain.limits.size();
  if (n == 0 || !quadratic_not_tried(n, options).empty()) return std::nullopt;
  const MetricTree tree = grown_tree(family, best_start(family, starts, n), options);
  if (!std::isfinite(tree.bound())) return std::nullopt;
  const Matrix<double> product = tree.metric().transpose() * tree.metric();
  const Matrix<double> p = 0.5 * (product + product.transpose());
  QuadraticWitness witness;
  const double bound = write_witness(tree, witness, options.execution);
  std::optional<Norm> norm;
  try {
    norm = Norm::quadratic(p);
  } catch (const UsageError&) {
    return std::nullopt;  // not proved to be definite
  }
  for (const double room : {1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2}) {
    const double rate = bound + room * std::max(bound, 1e-6);
    if (!proved_over_regions(family, p, witness, rate, options.execution)) continue;
    auto certificate = proved_certificate("quadratic", std::move(*norm), rate, domain);
    if (certificate) certificate->witness = std::move(witness);
    return certificate;
  }
  return std::nullopt;
}

}  // namespace

std::string quadratic_not_tried(Index state, const QuadraticOptions& options) {
  if (state <= options.largest_state) return {};
  return "not tried, a state of " + std::to_string(state) + " (at most " + std::to_string(options.largest_state) + ")";
}

std::optional<Certificate> certify_quadratic(const BoxedLstm& lstm, const std::vector<Vector<double>>& starts,
                                             const QuadraticOptions& options) {
  if (lstm.weights.cap != 1.0) return std::nullopt;
  if (!quadratic_not_tried(lstm.domain.limits.size(), options).empty()) return std::nullopt;
  BoxedLstm smaller = lstm;
  if (const auto box = reachable_box(lstm)) {
    smaller.domain.text = "c and h within an invariant box and h near a multiple of c, as states from zero are; " +
                          lstm.domain.inputs.description();
    smaller.domain.low = box->low;
    smaller.domain.high = box->high;
    smaller.domain.limits = box->high.cwiseMax(-box->low);
    StateBand band = state_band(lstm, *box);
    smaller.domain.lean = std::move(band.lean);
    smaller.domain.off_low = std::move(band.off_low);
    smaller.domain.off_high = std::move(band.off_high);
  }
  return certify(*lstm_jacobians(smaller), smaller.domain, starts, options);
}

std::optional<Certificate> certify_quadratic(const BoxedGru& gru, const std::vector<Vector<double>>& starts,
                                             const QuadraticOptions& options) {
  return certify(*gru_jacobians(gru), gru.domain, starts, options);
}

std::optional<Vector<double>> start_of(const Certificate& certificate) {
  const NormKind kind = certificate.norm.kind();
  if (kind == NormKind::weighted_two) return certificate.norm.weights();
  if (kind == NormKind::weighted_inf) return certificate.norm.weights().cwiseInverse();
  return std::nullopt;
}

}  // namespace unrecur
