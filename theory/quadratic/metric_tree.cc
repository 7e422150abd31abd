#include "theory/quadratic/metric_tree.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <utility>

#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

constexpr int kFirstRounds = 20, kLaterRounds = 8;

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

void MetricTree::cut() {
  const std::size_t at = worst();
  if (nodes_[at].bound.vector.size() == 0) return;  // no bound, so nothing to go by
  const Index coordinate = best_coordinate(nodes_[at]);
  auto [low, high] = nodes_[at].region.halves(coordinate);
  const std::size_t first = nodes_.size();
  nodes_.push_back({.region = std::move(low), .log_tau = nodes_[at].log_tau});
  nodes_.push_back({.region = std::move(high), .log_tau = nodes_[at].log_tau});
  std::pop_heap(queue_.begin(), queue_.end());
  queue_.pop_back();
  for (const std::size_t child : {first, first + 1}) {
    evaluate(nodes_[child], kLaterRounds);
    enqueue(child);
  }
  nodes_[at].coordinate = coordinate;
  nodes_[at].first = first;
  nodes_[at].second = first + 1;
  ++leaves_;
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
    changed.evaluate(leaf, kLaterRounds);
    if (!(leaf.bound.value < before)) return;
  }
  l_ = std::move(changed.l_);
  inverse_ = std::move(changed.inverse_);
  nodes_ = std::move(changed.nodes_);
  queue_.clear();
  for (const std::size_t leaf : leaves) enqueue(leaf);
}

}  // namespace unrecur
