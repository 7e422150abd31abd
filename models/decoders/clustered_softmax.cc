#include "models/decoders/clustered_softmax.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/decoders/scored_map.h"

namespace unrecur {
namespace {

void require_rising(const std::vector<Index>& cutoffs, Index outputs) {
  Index before = 0;
  for (const Index cutoff : cutoffs) {
    if (cutoff <= before || cutoff >= outputs) {
      throw UsageError("the cutoffs of an adaptive softmax have to rise from 1 to at most " +
                       std::to_string(outputs - 1) + ", one less than the vocabulary; found " + std::to_string(cutoff));
    }
    before = cutoff;
  }
}

/// Each column less ln Σ_i e^{z_i}.
template <class S>
void normalise(Matrix<S>& z) {
  for (Index j = 0; j < z.cols(); ++j) {
    const S top = z.col(j).maxCoeff();
    z.col(j).array() -= top + std::log((z.col(j).array() - top).exp().sum());
  }
}

}  // namespace

template <class S>
struct ClusteredSoftmax<S>::Part {
  std::vector<Index> columns;  ///< whose target lies in the tail
  Matrix<S> h;                 ///< of these columns
  Targets<S> targets;          ///< counted from the tail's first symbol
};

template <class S>
ClusteredSoftmax<S>::ClusteredSoftmax(Index outputs, std::vector<Index> cutoffs)
    : outputs_(outputs), cutoffs_(std::move(cutoffs)), loss_(make_loss<S>("softmax")) {
  require_rising(cutoffs_, outputs_);
}

template <class S>
ClusteredSoftmax<S>::ClusteredSoftmax(const ClusteredSoftmax& other)
    : Decoder<S>(other),
      clusters_(other.clusters_),
      shared_(other.shared_),
      outputs_(other.outputs_),
      cutoffs_(other.cutoffs_),
      loss_(make_loss<S>("softmax")) {}

template <class S>
std::size_t ClusteredSoftmax<S>::add(const std::string& name, Index rows, Index columns, int rank) {
  this->parameters_.push_back({name, Matrix<S>::Zero(rows, columns), rank});
  return this->parameters_.size() - 1;
}

template <class S>
Targets<S> ClusteredSoftmax<S>::head_targets(const Targets<S>& targets, Index columns) const {
  if (static_cast<Index>(targets.symbols.size()) < columns) {
    throw UsageError("adaptive softmax: one target symbol for each column");
  }
  Targets<S> head;
  head.weights = targets.weights;
  head.symbols.reserve(targets.symbols.size());
  for (const int y : targets.symbols) {
    if (y < 0 || y >= outputs_) throw UsageError("adaptive softmax: a target symbol lies outside the vocabulary");
    const auto tail = std::upper_bound(cutoffs_.begin(), cutoffs_.end(), Index{y}) - cutoffs_.begin();
    head.symbols.push_back(tail == 0 ? y : static_cast<int>(cutoffs_.front() + tail - 1));
  }
  return head;
}

template <class S>
typename ClusteredSoftmax<S>::Part ClusteredSoftmax<S>::part(std::size_t cluster, const ConstMatrixRef<S>& h,
                                                             const Targets<S>& targets) const {
  Part part;
  std::vector<S> weights;
  for (Index j = 0; j < h.cols(); ++j) {
    const Index y = targets.symbols[static_cast<std::size_t>(j)];
    if (y < first_of(cluster) || y >= end_of(cluster)) continue;
    part.columns.push_back(j);
    part.targets.symbols.push_back(static_cast<int>(y - first_of(cluster)));
    weights.push_back(column_weight(targets, j));
  }
  part.targets.weights = Eigen::Map<const Vector<S>>(weights.data(), static_cast<Index>(weights.size()));
  part.h = h(Eigen::all, part.columns);
  return part;
}

template <class S>
LogitRows<S> ClusteredSoftmax<S>::rows(std::size_t cluster) const {
  const Cluster& c = clusters_[cluster];
  LogitRows<S> rows;
  if (c.rows) rows.own = &this->parameters_[*c.rows].value;
  if (!c.shares) return rows;
  if (shared_ == nullptr) throw UsageError("a tied softmax needs the embedding that it shares: Decoder::share");
  rows.shared = shared_.get();
  rows.first = first_of(cluster);
  rows.count = size_of(cluster);
  return rows;
}

template <class S>
Matrix<S> ClusteredSoftmax<S>::projected(std::size_t cluster, const ConstMatrixRef<S>& h) const {
  const auto& projection = clusters_[cluster].projection;
  if (!projection) return h;
  const Matrix<S>& q = this->parameters_[*projection].value;
  Matrix<S> g(q.rows(), h.cols());
  multiply<S>(q, h, g, S(0));
  return g;
}

template <class S>
Matrix<S> ClusteredSoftmax<S>::log_probabilities(std::size_t cluster, const ConstMatrixRef<S>& h) const {
  const LogitRows<S> v = rows(cluster);
  Matrix<S> z(v.rows(), h.cols());
  v.apply(projected(cluster, h), z);
  z.colwise() += this->parameters_[clusters_[cluster].bias].value.col(0);
  normalise(z);
  return z;
}

template <class S>
Matrix<S> ClusteredSoftmax<S>::predict(const ConstMatrixRef<S>& h) const {
  const Matrix<S> head = log_probabilities(0, h);
  Matrix<S> z(outputs_, h.cols());
  z.topRows(size_of(0)) = head.topRows(size_of(0));
  for (std::size_t i = 1; i <= tails(); ++i) {
    Matrix<S> tail = log_probabilities(i, h);
    tail.rowwise() += head.row(size_of(0) + static_cast<Index>(i) - 1);
    z.middleRows(first_of(i), tail.rows()) = tail;
  }
  return z;
}

template <class S>
Vector<S> ClusteredSoftmax<S>::distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const {
  return (predict(h) - predict(other)).colwise().norm();
}

template <class S>
double ClusteredSoftmax<S>::evaluate_cluster(std::size_t cluster, const ConstMatrixRef<S>& h, const Targets<S>& targets,
                                             Matrix<S>& z) const {
  const ScoredMap<S> map{rows(cluster), this->parameters_[clusters_[cluster].bias].value, *loss_};
  return clusters_[cluster].projection ? map.evaluate(projected(cluster, h), targets, z) : map.evaluate(h, targets, z);
}

template <class S>
double ClusteredSoftmax<S>::differentiate_cluster(std::size_t cluster, const ConstMatrixRef<S>& h,
                                                  const Targets<S>& targets, S scale,
                                                  const DecoderGradient<S>& gradient, Matrix<S>& d_h,
                                                  Matrix<S>& z) const {
  const Cluster& c = clusters_[cluster];
  const ScoredMap<S> map{rows(cluster), this->parameters_[c.bias].value, *loss_};
  const LogitRowsGradient<S> d_rows{.own = c.rows ? &gradient.own[*c.rows].value : nullptr, .shared = gradient.shared};
  Matrix<S>& d_bias = gradient.own[c.bias].value;
  if (!c.projection) return map.differentiate(h, targets, scale, d_rows, d_bias, d_h, z);
  Matrix<S> d_g;
  const double sum = map.differentiate(projected(cluster, h), targets, scale, d_rows, d_bias, d_g, z);
  multiply_by_transposed<S>(d_g, h, gradient.own[*c.projection].value, S(1));
  d_h.resize(h.rows(), h.cols());
  multiply_transposed<S>(this->parameters_[*c.projection].value, d_g, d_h, S(0));
  return sum;
}

template <class S>
double ClusteredSoftmax<S>::evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const {
  Matrix<S> z;
  double sum = evaluate_cluster(0, h, head_targets(targets, h.cols()), z);
  for (std::size_t i = 1; i <= tails(); ++i) {
    const Part tail = part(i, h, targets);
    if (!tail.columns.empty()) sum += evaluate_cluster(i, tail.h, tail.targets, z);
  }
  return sum;
}

template <class S>
double ClusteredSoftmax<S>::differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                                          const DecoderGradient<S>& gradient, Matrix<S>& d_h, Matrix<S>& z) const {
  double sum = differentiate_cluster(0, h, head_targets(targets, h.cols()), scale, gradient, d_h, z);
  Matrix<S> d_part;
  for (std::size_t i = 1; i <= tails(); ++i) {
    const Part tail = part(i, h, targets);
    if (tail.columns.empty()) continue;
    sum += differentiate_cluster(i, tail.h, tail.targets, scale, gradient, d_part, z);
    for (std::size_t j = 0; j < tail.columns.size(); ++j) d_h.col(tail.columns[j]) += d_part.col(static_cast<Index>(j));
  }
  return sum;
}

template class ClusteredSoftmax<float>;
template class ClusteredSoftmax<double>;

}  // namespace unrecur
