#include "models/decoders/logit_rows.h"

#include "models/arrays/product.h"

namespace unrecur {

template <class S>
void LogitRows<S>::apply(const ConstMatrixRef<S>& h, MatrixRef<S> z) const {
  if (count > 0) multiply_transposed<S>(shared->middleCols(first, count), h, z.topRows(count), S(0));
  if (own != nullptr) multiply<S>(*own, h, z.bottomRows(own->rows()), S(0));
}

template <class S>
void LogitRows<S>::pull_back(const ConstMatrixRef<S>& d_z, MatrixRef<S> d_h) const {
  if (count > 0) multiply<S>(shared->middleCols(first, count), d_z.topRows(count), d_h, S(0));
  if (own != nullptr) multiply_transposed<S>(*own, d_z.bottomRows(own->rows()), d_h, S(count > 0 ? 1 : 0));
}

template <class S>
void LogitRowsGradient<S>::add(const LogitRows<S>& rows, const ConstMatrixRef<S>& d_z,
                               const ConstMatrixRef<S>& h) const {
  if (shared != nullptr && rows.count > 0) {
    multiply_by_transposed<S>(h, d_z.topRows(rows.count), shared->middleCols(rows.first, rows.count), S(1));
  }
  if (own != nullptr) multiply_by_transposed<S>(d_z.bottomRows(own->rows()), h, *own, S(1));
}

template struct LogitRows<float>;
template struct LogitRows<double>;
template struct LogitRowsGradient<float>;
template struct LogitRowsGradient<double>;

}  // namespace unrecur
