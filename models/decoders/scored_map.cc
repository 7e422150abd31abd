#include "models/decoders/scored_map.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "models/arrays/product.h"
#include "models/arrays/shares.h"

namespace unrecur {
namespace {

/// Most numbers in one chunk of predictions. The products need some hundred columns to run at full speed.
constexpr Index kChunkNumbers = Index{1} << 24;

/// Numbers that bias, loss and bias gradient go over together while they lie in the cache.
constexpr Index kCachedNumbers = Index{1} << 17;

/// Adds the bias to the columns of z and applies the loss, a few columns at a time; adds Σ_j z_j after that, the
/// gradient of the bias, to d_bias where it is not empty.
template <class S>
double score(MatrixRef<S> z, const Vector<S>& bias, Index first, const Loss<S>& loss, const Targets<S>& targets,
             S scale, Vector<S>& d_bias) {
  const Index group = std::max<Index>(1, kCachedNumbers / z.rows());
  double sum = 0.0;
  for (Index j = 0; j < z.cols(); j += group) {
    auto columns = z.middleCols(j, std::min(group, z.cols() - j));
    columns.colwise() += bias;
    sum += loss.apply(columns, first + j, targets, scale);
    if (d_bias.size() > 0) d_bias += columns.rowwise().sum();
  }
  return sum;
}

/// The same on as many threads as large products have, each with its own share of the columns.
template <class S>
double score_threaded(Matrix<S>& z, const Vector<S>& bias, Index first, const Loss<S>& loss, const Targets<S>& targets,
                      S scale, Vector<S>& d_bias) {
  const Index shares = worthwhile_shares(z.size(), z.cols());
  std::vector<Vector<S>> parts(static_cast<std::size_t>(shares), Vector<S>::Zero(d_bias.size()));
  std::vector<double> sums(static_cast<std::size_t>(shares));
  in_shares(z.cols(), shares, [&](Index share, Index begin, Index end) {
    const auto i = static_cast<std::size_t>(share);
    sums[i] = score<S>(z.middleCols(begin, end - begin), bias, first + begin, loss, targets, scale, parts[i]);
  });
  for (const auto& part : parts) d_bias += part;
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

/// Scores and differentiates chunk after chunk; use(z, first, width) sees what the loss left of the predictions.
template <class S>
template <class F>
double ScoredMap<S>::in_chunks(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale, Vector<S>& d_bias,
                               Matrix<S>& z, const F& use) const {
  const Index p = weight.rows();
  const Index largest = std::max<Index>(1, kChunkNumbers / p);
  const Index chunks = (h.cols() + largest - 1) / largest;
  const Vector<S> offset = bias.col(0);
  double sum = 0.0;
  for (Index i = 0; i < chunks; ++i) {
    const Index first = h.cols() * i / chunks;
    const Index width = h.cols() * (i + 1) / chunks - first;
    z.resize(p, width);
    weight.apply(h.middleCols(first, width), z);
    sum += score_threaded<S>(z, offset, first, loss, targets, scale, d_bias);
    use(z, first, width);
  }
  return sum;
}

template <class S>
double ScoredMap<S>::evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets, Matrix<S>& z) const {
  Vector<S> none;
  return in_chunks(h, targets, S(0), none, z, [](const Matrix<S>&, Index, Index) {});
}

template <class S>
double ScoredMap<S>::differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                                   const LogitRowsGradient<S>& d_weight, Matrix<S>& d_bias, Matrix<S>& d_h,
                                   Matrix<S>& z) const {
  d_h.resize(h.rows(), h.cols());
  Vector<S> d_offset = Vector<S>::Zero(weight.rows());
  const double sum = in_chunks(h, targets, scale, d_offset, z, [&](const Matrix<S>& d_z, Index first, Index width) {
    d_weight.add(weight, d_z, h.middleCols(first, width));
    weight.pull_back(d_z, d_h.middleCols(first, width));
  });
  d_bias.col(0) += d_offset;
  return sum;
}

template struct ScoredMap<float>;
template struct ScoredMap<double>;

}  // namespace unrecur
