#include "theory/quadratic/metric_tree.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/parallel.h"
#include "models/arrays/product.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

/// Of tuning. A region inherits multipliers from the one it was cut from, and more regions are worth more than better
/// multipliers: within the same time one round or two end lower than eight.
constexpr int kFirstRounds = 20, kRefitRounds = 8, kLaterRounds = 2;

/// How many regions are cut together.
constexpr std::size_t kTogether = 16, kShare = 8;

/// xᵀ S x at the eigenvector x of S: to first order what another region's matrix has in the place of S.
class FirstOrder {
 public:
  FirstOrder(const Vector<double>& vector, const Matrix<double>& l, const Matrix<double>& inverse,
             const Vector<double>& log_tau)
      : right_(inverse * vector.head(l.rows())),
        left_(l.transpose() * vector.tail(l.rows())),
        tau_(log_tau.array().exp()) {}

  double of(const UncertainMatrix& set) const {
    if (set.empty) return 0.0;
    const Vector<double> by_right = (set.right.transpose() * right_).array().square();
    const Vector<double> by_left = (set.left.transpose() * left_).array().square();
    return set.radius.dot(by_right.cwiseProduct(tau_) + by_left.cwiseQuotient(tau_)) +
           2.0 * left_.dot(set.center * right_);
  }

 private:
  Vector<double> right_, left_, tau_;
};

}  // namespace

MetricTree::MetricTree(const JacobianFamily& family, const Matrix<double>& l, const ExecutionContext& execution)
    : family_(family), execution_(execution), l_(l), inverse_(l.inverse()) {
  Node root{.region = family.domain(), .log_tau = {}};
  evaluate(root, kFirstRounds);
  nodes_.push_back(std::move(root));
  enqueue(0);
}

void MetricTree::evaluate(Node& node, int rounds) const {
  execution_.poll();
  const UncertainMatrix set = family_.over(node.region);
  node.bound = {0.0, {}};
  if (set.empty) return;
  const WeighedMatrix here = weighed(set, l_, inverse_);
  if (node.log_tau.size() == 0) node.log_tau = even_multipliers(here);
  node.bound = tuned_bound(here, node.log_tau, rounds);
}

void MetricTree::enqueue(std::size_t node) {
  const double bound = nodes_[node].bound.value;
  queue_.emplace_back(std::isnan(bound) ? kInfinity : bound, node);
  std::push_heap(queue_.begin(), queue_.end());
}

double MetricTree::bound() const {
  return queue_.front().first;
}

double MetricTree::bound_with(const Region& region, const Vector<double>& log_tau) const {
  const UncertainMatrix set = family_.over(region);
  if (set.empty) return 0.0;
  const SymmetricEigen eigen = bound_at(weighed(set, l_, inverse_), log_tau);
  return eigen.converged ? eigen.values(eigen.values.size() - 1) : kInfinity;
}

Index MetricTree::best_coordinate(const Node& node) const {
  const FirstOrder first_order(node.bound.vector, l_, inverse_, node.log_tau);
  Index best = 0;
  double least = kInfinity;
  Region region = node.region;
  for (Index k = 0; k < region.size(); ++k) {
    if (!(region.at(k).high > region.at(k).low)) continue;
    const auto [low, high] = region.halves(k);
    const double a = first_order.of(family_.over(low)), b = first_order.of(family_.over(high));
    const double price = std::max(a, b) + 0.3 * std::min(a, b);
    if (!(price < least)) continue;
    least = price;
    best = k;
  }
  return best;
}

std::vector<MetricTree::Cut> MetricTree::take_worst(std::size_t most) {
  std::vector<Cut> cuts;
  // A region that has no bound gives nothing to go by.
  while (cuts.size() < most && !queue_.empty() && nodes_[queue_.front().second].bound.vector.size() > 0) {
    cuts.push_back({.at = queue_.front().second});
    std::pop_heap(queue_.begin(), queue_.end());
    queue_.pop_back();
  }
  return cuts;
}

void MetricTree::cut_in_two(Cut& cut) const {
  const Node& node = nodes_[cut.at];
  const OneThreadIfSmall small(l_.rows());
  cut.coordinate = best_coordinate(node);
  auto [low, high] = node.region.halves(cut.coordinate);
  cut.low = {.region = std::move(low), .log_tau = node.log_tau};
  cut.high = {.region = std::move(high), .log_tau = node.log_tau};
  evaluate(cut.low, kLaterRounds);
  evaluate(cut.high, kLaterRounds);
}

void MetricTree::put_in(Cut cut) {
  Node& node = nodes_[cut.at];
  node.coordinate = cut.coordinate;
  node.first = nodes_.size();
  node.second = node.first + 1;
  nodes_.push_back(std::move(cut.low));
  nodes_.push_back(std::move(cut.high));
  enqueue(nodes_.size() - 2);
  enqueue(nodes_.size() - 1);
  ++leaves_;
}

void MetricTree::cut() {
  std::vector<Cut> cuts = take_worst(std::clamp<std::size_t>(queue_.size() / kShare, 1, kTogether));
  for_each_index(execution_.threads, cuts.size(), [&](std::size_t i) { cut_in_two(cuts[i]); });
  for (Cut& cut : cuts) put_in(std::move(cut));
}

void MetricTree::refit(Index regions, int evaluations) {
  std::vector<std::size_t> leaves;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].coordinate < 0) leaves.push_back(i);
  }
  std::sort(leaves.begin(), leaves.end(),
            [&](std::size_t a, std::size_t b) { return nodes_[a].bound.value > nodes_[b].bound.value; });
  std::vector<UncertainMatrix> sets;
  MetricPoint start{l_, {}};
  for (std::size_t i = 0; i < std::min(leaves.size(), static_cast<std::size_t>(regions)); ++i) {
    if (nodes_[leaves[i]].bound.vector.size() == 0) break;  // from here on they hold nothing
    sets.push_back(family_.over(nodes_[leaves[i]].region));
    start.log_tau.push_back(nodes_[leaves[i]].log_tau);
  }
  if (sets.empty()) return;
  const double before = bound();
  const MetricPoint found = descended_metric(sets, std::move(start), evaluations, execution_);
  MetricTree changed = *this;
  const double size = found.l.norm();  // a multiple of L is the same norm, with other multipliers
  changed.l_ = found.l / size;
  changed.inverse_ = changed.l_.inverse();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Node& leaf = changed.nodes_[leaves[i]];
    if (i < found.log_tau.size()) leaf.log_tau = found.log_tau[i].array() - 2.0 * std::log(size);
    changed.evaluate(leaf, kRefitRounds);
    if (!(leaf.bound.value < before)) return;
  }
  l_ = std::move(changed.l_);
  inverse_ = std::move(changed.inverse_);
  nodes_ = std::move(changed.nodes_);
  queue_.clear();
  for (const std::size_t leaf : leaves) enqueue(leaf);
}

}  // namespace unrecur
