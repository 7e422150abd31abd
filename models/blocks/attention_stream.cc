#include <algorithm>
#include <cmath>

#include "models/arrays/product.h"
#include "models/blocks/attention.h"

namespace unrecur {

/// Keeps the keys and values of the last w steps, a slot for each.
template <class S>
class Attention<S>::Stream : public LayerStream<S> {
 public:
  Stream(const Attention& layer, Index batch)
      : layer_(layer),
        keys_(Matrix<S>::Zero(layer.outputs_, layer.options_.context * batch)),
        values_(keys_),
        mixed_(layer.outputs_, batch) {}

  void step(const ConstMatrixRef<S>& x, Matrix<S>& output) override {
    const Index n = layer_.outputs_, d = layer_.head_rows(), batch = mixed_.cols(), context = layer_.options_.context;
    projected_.resize(3 * n, batch);
    multiply<S>(layer_.weight(kIn), x, projected_, S(0));
    projected_.colwise() += layer_.weight(kInBias).col(0);
    const Index now = steps_++ % context, seen = std::min(steps_, context);
    keys_.middleCols(now * batch, batch) = projected_.middleRows(n, n);
    values_.middleCols(now * batch, batch) = projected_.bottomRows(n);
    const S scale = S(1) / std::sqrt(static_cast<S>(d));
    Vector<S> a(seen);
    for (Index b = 0; b < batch; ++b) {
      for (Index head = 0; head < layer_.options_.heads; ++head) {
        const auto column = [&](Index j) { return ((now + context - j) % context) * batch + b; };
        for (Index j = 0; j < seen; ++j) {
          a(j) = scale * keys_.block(head * d, column(j), d, 1).col(0).dot(projected_.block(head * d, b, d, 1).col(0)) +
                 layer_.weight(kPosition)(head, j);
        }
        a = (a.array() - a.maxCoeff()).exp();
        a /= a.sum();
        auto mixed = mixed_.block(head * d, b, d, 1);
        mixed.setZero();
        for (Index j = 0; j < seen; ++j) mixed += a(j) * values_.block(head * d, column(j), d, 1);
      }
    }
    output.resize(n, batch);
    multiply<S>(layer_.weight(kOut), mixed_, output, S(0));
    output.colwise() += layer_.weight(kOutBias).col(0);
  }

 private:
  const Attention& layer_;
  Matrix<S> keys_, values_;  ///< n × w · batch, the sequences of a slot beside each other
  Matrix<S> mixed_, projected_;
  Index steps_ = 0;
};

template <class S>
std::unique_ptr<LayerStream<S>> Attention<S>::stream(Index batch) const {
  return std::make_unique<Stream>(*this, batch);
}

template std::unique_ptr<LayerStream<float>> Attention<float>::stream(Index) const;
template std::unique_ptr<LayerStream<double>> Attention<double>::stream(Index) const;

}  // namespace unrecur
