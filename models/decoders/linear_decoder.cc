#include "models/decoders/linear_decoder.h"

#include <utility>

#include "models/arrays/product.h"
#include "models/decoders/scored_map.h"

namespace unrecur {

template <class S>
LinearDecoder<S>::LinearDecoder(Index outputs, Index n, std::unique_ptr<Loss<S>> loss) : loss_(std::move(loss)) {
  this->parameters_.push_back({"weight", Matrix<S>::Zero(outputs, n)});
  this->parameters_.push_back({"bias", Matrix<S>::Zero(outputs, 1), 1});
}

template <class S>
LinearDecoder<S>::LinearDecoder(const LinearDecoder& other)
    : Decoder<S>(other), loss_(make_loss<S>(other.loss_->name())) {}

template <class S>
Matrix<S> LinearDecoder<S>::predict(const ConstMatrixRef<S>& h) const {
  const auto& p = this->parameters_;
  Matrix<S> z(p[0].value.rows(), h.cols());
  multiply<S>(p[0].value, h, z, S(0));
  z.colwise() += p[1].value.col(0);
  return z;
}

template <class S>
Vector<S> LinearDecoder<S>::distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const {
  return (this->parameters_[0].value * (h - other)).colwise().norm();
}

template <class S>
double LinearDecoder<S>::evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const {
  const auto& p = this->parameters_;
  Matrix<S> z;
  return ScoredMap<S>{{.own = &p[0].value}, p[1].value, *loss_}.evaluate(h, targets, z);
}

template <class S>
double LinearDecoder<S>::differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                                       const DecoderGradient<S>& gradient, Matrix<S>& d_h, Matrix<S>& z) const {
  const auto& p = this->parameters_;
  return ScoredMap<S>{{.own = &p[0].value}, p[1].value, *loss_}.differentiate(
      h, targets, scale, {.own = &gradient.own[0].value}, gradient.own[1].value, d_h, z);
}

template class LinearDecoder<float>;
template class LinearDecoder<double>;

}  // namespace unrecur
