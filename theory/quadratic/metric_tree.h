#pragma once

#include <utility>
#include <vector>

#include "base/execution.h"
#include "theory/quadratic/jacobian_family.h"
#include "theory/quadratic/metric_bound.h"
#include "theory/quadratic/metric_descent.h"

namespace unrecur {

/// One norm ‖L s‖₂ for all Jacobians of a domain that is cut into regions: the bound is the largest of those of the
/// regions. Cutting the worst one lowers it, at any time and never wrongly. In floating point; what is found is proved
/// afterwards (quadratic.h).
class MetricTree {
 public:
  MetricTree(const JacobianFamily& family, const Matrix<double>& l, const ExecutionContext& execution = {});

  /// The largest bound of a region; infinite where L is singular.
  double bound() const;
  Index leaves() const { return leaves_; }
  const Matrix<double>& metric() const { return l_; }
  /// Of one region, at given multipliers; infinite where it has none.
  double bound_with(const Region& region, const Vector<double>& log_tau) const;

  /// Cuts the worst regions in two, each at the coordinate that lowers its bound most: one of eight, 16 at most, on as
  /// many threads as there may be. What comes of it does not depend on these. Fewer, or none, where a region has no
  /// bound.
  void cut();
  /// Looks for a better L: by descent on the worst regions, which then has to be better for all of them.
  void refit(Index regions, int evaluations);

  /// A region of the tree: a leaf, or cut at a coordinate into two others of the list.
  struct Node {
    Region region;
    Vector<double> log_tau;
    TunedBound bound{};
    Index coordinate = -1;
    std::size_t first = 0, second = 0;
  };
  /// The root first.
  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  /// A leaf and the halves that it is to have.
  struct Cut {
    std::size_t at = 0;
    Index coordinate = 0;
    Node low{}, high{};
  };

  void evaluate(Node& node, int rounds) const;
  /// Takes the worst leaves that can be cut from the queue, the worst first.
  std::vector<Cut> take_worst(std::size_t most);
  void cut_in_two(Cut& cut) const;
  void put_in(Cut cut);
  void enqueue(std::size_t node);
  Index best_coordinate(const Node& node) const;

  const JacobianFamily& family_;
  const ExecutionContext& execution_;
  Matrix<double> l_, inverse_;
  std::vector<Node> nodes_;
  std::vector<std::pair<double, std::size_t>> queue_;  ///< bounds of the leaves, as a heap
  Index leaves_ = 1;
};

}  // namespace unrecur
