#include "models/decoders/adaptive_softmax.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/decoders/scored_map.h"

namespace unrecur {
namespace {

/// How much narrower each tail is than the one before.
constexpr Index kNarrower = 4;

/// Where the weights of a tail stand among the parameters, after the two of the head.
constexpr std::size_t projection_of(std::size_t tail) {
  return 2 + 3 * tail;
}

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

template <class S>
Matrix<S> affine(const Parameter<S>& weight, const Parameter<S>& bias, const ConstMatrixRef<S>& h) {
  Matrix<S> z(weight.value.rows(), h.cols());
  multiply<S>(weight.value, h, z, S(0));
  z.colwise() += bias.value.col(0);
  return z;
}

}  // namespace

template <class S>
struct AdaptiveSoftmax<S>::Part {
  std::vector<Index> columns;  ///< whose target lies in the tail
  Matrix<S> h, narrow;         ///< h of these columns, and through the tail's matrix
  Targets<S> targets;          ///< counted from the tail's first symbol
};

template <class S>
AdaptiveSoftmax<S>::AdaptiveSoftmax(Index outputs, Index n, std::vector<Index> cutoffs)
    : outputs_(outputs), cutoffs_(std::move(cutoffs)), loss_(make_loss<S>("softmax")) {
  require_rising(cutoffs_, outputs_);
  const Index head = cutoffs_.front() + static_cast<Index>(tails());
  auto& p = this->parameters_;
  p.push_back({"head.weight", Matrix<S>::Zero(head, n)});
  p.push_back({"head.bias", Matrix<S>::Zero(head, 1), 1});
  Index narrow = n;
  for (std::size_t i = 0; i < tails(); ++i) {
    narrow = std::max<Index>(1, narrow / kNarrower);
    const std::string name = "tail." + std::to_string(i);
    p.push_back({name + ".0.weight", Matrix<S>::Zero(narrow, n)});
    p.push_back({name + ".1.weight", Matrix<S>::Zero(end_of(i) - cutoffs_[i], narrow)});
    p.push_back({name + ".1.bias", Matrix<S>::Zero(end_of(i) - cutoffs_[i], 1), 1});
  }
}

template <class S>
AdaptiveSoftmax<S>::AdaptiveSoftmax(const AdaptiveSoftmax& other)
    : Decoder<S>(other), outputs_(other.outputs_), cutoffs_(other.cutoffs_), loss_(make_loss<S>("softmax")) {}

template <class S>
Targets<S> AdaptiveSoftmax<S>::head_targets(const Targets<S>& targets, Index columns) const {
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
typename AdaptiveSoftmax<S>::Part AdaptiveSoftmax<S>::part(std::size_t tail, const ConstMatrixRef<S>& h,
                                                           const Targets<S>& targets) const {
  Part part;
  std::vector<S> weights;
  for (Index j = 0; j < h.cols(); ++j) {
    const Index y = targets.symbols[static_cast<std::size_t>(j)];
    if (y < cutoffs_[tail] || y >= end_of(tail)) continue;
    part.columns.push_back(j);
    part.targets.symbols.push_back(static_cast<int>(y - cutoffs_[tail]));
    weights.push_back(column_weight(targets, j));
  }
  const auto size = static_cast<Index>(part.columns.size());
  part.targets.weights = Eigen::Map<const Vector<S>>(weights.data(), size);
  part.h = h(Eigen::all, part.columns);
  const Matrix<S>& projection = this->parameters_[projection_of(tail)].value;
  part.narrow.resize(projection.rows(), size);
  if (size > 0) multiply<S>(projection, part.h, part.narrow, S(0));
  return part;
}

template <class S>
Matrix<S> AdaptiveSoftmax<S>::predict(const ConstMatrixRef<S>& h) const {
  const auto& p = this->parameters_;
  const Index frequent = cutoffs_.front();
  Matrix<S> head = affine<S>(p[0], p[1], h);
  normalise(head);
  Matrix<S> z(outputs_, h.cols());
  z.topRows(frequent) = head.topRows(frequent);
  for (std::size_t i = 0; i < tails(); ++i) {
    const std::size_t at = projection_of(i);
    Matrix<S> narrow(p[at].value.rows(), h.cols());
    multiply<S>(p[at].value, h, narrow, S(0));
    Matrix<S> tail = affine<S>(p[at + 1], p[at + 2], narrow);
    normalise(tail);
    tail.rowwise() += head.row(frequent + static_cast<Index>(i));
    z.middleRows(cutoffs_[i], tail.rows()) = tail;
  }
  return z;
}

template <class S>
Vector<S> AdaptiveSoftmax<S>::distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const {
  return (predict(h) - predict(other)).colwise().norm();
}

template <class S>
double AdaptiveSoftmax<S>::evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const {
  const auto& p = this->parameters_;
  Matrix<S> z;
  double sum = ScoredMap<S>{p[0].value, p[1].value, *loss_}.evaluate(h, head_targets(targets, h.cols()), z);
  for (std::size_t i = 0; i < tails(); ++i) {
    const Part tail = part(i, h, targets);
    if (tail.columns.empty()) continue;
    const std::size_t at = projection_of(i);
    sum += ScoredMap<S>{p[at + 1].value, p[at + 2].value, *loss_}.evaluate(tail.narrow, tail.targets, z);
  }
  return sum;
}

template <class S>
double AdaptiveSoftmax<S>::differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                                         std::span<Parameter<S>> gradient, Matrix<S>& d_h, Matrix<S>& z) const {
  const auto& p = this->parameters_;
  double sum = ScoredMap<S>{p[0].value, p[1].value, *loss_}.differentiate(h, head_targets(targets, h.cols()), scale,
                                                                          gradient[0].value, gradient[1].value, d_h, z);
  Matrix<S> d_narrow, d_part;
  for (std::size_t i = 0; i < tails(); ++i) {
    const Part tail = part(i, h, targets);
    if (tail.columns.empty()) continue;
    const std::size_t at = projection_of(i);
    sum += ScoredMap<S>{p[at + 1].value, p[at + 2].value, *loss_}.differentiate(
        tail.narrow, tail.targets, scale, gradient[at + 1].value, gradient[at + 2].value, d_narrow, z);
    multiply_by_transposed<S>(d_narrow, tail.h, gradient[at].value, S(1));
    d_part.resize(h.rows(), d_narrow.cols());
    multiply_transposed<S>(p[at].value, d_narrow, d_part, S(0));
    for (std::size_t j = 0; j < tail.columns.size(); ++j) d_h.col(tail.columns[j]) += d_part.col(static_cast<Index>(j));
  }
  return sum;
}

template class AdaptiveSoftmax<float>;
template class AdaptiveSoftmax<double>;

}  // namespace unrecur
