#include "models/layers/embedding.h"

#include <unordered_map>

#include "base/errors.h"

namespace unrecur {

template <class S>
Matrix<S> embed(const Matrix<S>& embedding, std::span<const int> symbols, Index window) {
  if (window < 1 || static_cast<Index>(symbols.size()) % window != 0) {
    throw UsageError("an embedding needs as many symbols a step as its window");
  }
  const Index e = embedding.rows(), columns = static_cast<Index>(symbols.size()) / window;
  Matrix<S> x(e * window, columns);
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (symbols[i] < 0 || symbols[i] >= embedding.cols()) throw UsageError("a symbol lies outside the vocabulary");
    const Index at = static_cast<Index>(i);
    x.block((at % window) * e, at / window, e, 1) = embedding.col(symbols[i]);
  }
  return x;
}

template <class S>
SparseColumns<S> embed_gradient(const Matrix<S>& embedding, std::span<const int> symbols, Index window,
                                const Matrix<S>& d_input) {
  SparseColumns<S> gradient;
  std::unordered_map<int, Index> place;
  for (const int symbol : symbols) {
    if (place.emplace(symbol, static_cast<Index>(gradient.columns.size())).second) gradient.columns.push_back(symbol);
  }
  const Index e = embedding.rows();
  gradient.values.setZero(e, static_cast<Index>(gradient.columns.size()));
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const Index at = static_cast<Index>(i);
    gradient.values.col(place.at(symbols[i])) += d_input.block((at % window) * e, at / window, e, 1);
  }
  return gradient;
}

#define UNRECUR_INSTANTIATE(S)                                             \
  template Matrix<S> embed(const Matrix<S>&, std::span<const int>, Index); \
  template SparseColumns<S> embed_gradient(const Matrix<S>&, std::span<const int>, Index, const Matrix<S>&)
UNRECUR_INSTANTIATE(float);
UNRECUR_INSTANTIATE(double);
#undef UNRECUR_INSTANTIATE

}  // namespace unrecur
