#include "models/decoder.h"

#include <algorithm>
#include <utility>

#include "models/errors.h"
#include "models/product.h"

namespace unrecur {
namespace {

/// Numbers in one chunk of predictions. Larger chunks reread V less often, smaller ones stay nearer to the cache.
constexpr Index kChunkNumbers = Index{1} << 22;

}  // namespace

template <class S>
Decoder<S>::Decoder(Index outputs, Index n, std::unique_ptr<Loss<S>> loss) : loss_(std::move(loss)) {
  if (outputs < 1 || n < 1) throw UsageError("a decoder needs at least one unit and one output");
  parameters_.push_back({"weight", Matrix<S>::Zero(outputs, n)});
  parameters_.push_back({"bias", Matrix<S>::Zero(outputs, 1), 1});
}

template <class S>
Decoder<S>::Decoder(const Decoder& other) : parameters_(other.parameters_), loss_(make_loss<S>(other.loss_->name())) {}

template <class S>
Matrix<S> Decoder<S>::predict(const ConstMatrixRef<S>& h) const {
  Matrix<S> z(parameters_[0].value.rows(), h.cols());
  multiply<S>(parameters_[0].value, h, z, S(0));
  z.colwise() += parameters_[1].value.col(0);
  return z;
}

/// Calls score(z, first, width) for chunk after chunk of predictions and adds what it returns.
template <class S>
template <class F>
double Decoder<S>::in_chunks(const ConstMatrixRef<S>& h, const F& score) const {
  const Index p = parameters_[0].value.rows();
  const Index chunk = std::min(h.cols(), std::max<Index>(1, kChunkNumbers / p));
  double sum = 0.0;
  for (Index first = 0; first < h.cols(); first += chunk) {
    const Index width = std::min(chunk, h.cols() - first);
    Matrix<S> z = predict(h.middleCols(first, width));
    sum += score(z, first, width);
  }
  return sum;
}

template <class S>
double Decoder<S>::evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const {
  return in_chunks(h, [&](Matrix<S>& z, Index first, Index) { return loss_->apply(z, first, targets, S(0)); });
}

template <class S>
double Decoder<S>::differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                                 Parameters<S>& gradient, Matrix<S>& d_h) const {
  d_h.resize(h.rows(), h.cols());
  return in_chunks(h, [&](Matrix<S>& z, Index first, Index width) {
    const double sum = loss_->apply(z, first, targets, scale);
    multiply_by_transposed<S>(z, h.middleCols(first, width), gradient[0].value, S(1));
    gradient[1].value.col(0) += z.rowwise().sum();
    multiply_transposed<S>(parameters_[0].value, z, d_h.middleCols(first, width), S(0));
    return sum;
  });
}

template class Decoder<float>;
template class Decoder<double>;

}  // namespace unrecur
