#pragma once

#include <memory>

#include "models/decoders/decoder.h"

namespace unrecur {

/// z = V h + c. Parameters: weight = V (p × n), bias = c (p).
template <class S>
class LinearDecoder : public Decoder<S> {
 public:
  LinearDecoder(Index outputs, Index n, std::unique_ptr<Loss<S>> loss);
  LinearDecoder(const LinearDecoder& other);

  std::unique_ptr<Decoder<S>> clone() const override { return std::make_unique<LinearDecoder>(*this); }
  Matrix<S> predict(const ConstMatrixRef<S>& h) const override;
  Vector<S> distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const override;
  double evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const override;
  double differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                       const DecoderGradient<S>& gradient, Matrix<S>& d_h, Matrix<S>& z) const override;

 private:
  std::unique_ptr<Loss<S>> loss_;
};

}  // namespace unrecur
