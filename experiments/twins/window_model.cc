#include "experiments/twins/window_model.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <vector>

#include "base/errors.h"
#include "models/arrays/product.h"

namespace unrecur {
namespace {

constexpr Index kStepsAtOnce = 1024;

/// Features of steps first … last − 1: 1, then the products, then the window, so that those of a smaller order come
/// first.
Matrix<double> window_features(const Matrix<double>& x, Index first, Index last, Index order, Index taps) {
  const Index m = x.rows(), q = taps * m, products = quadratic_features(m, taps), steps = last - first;
  Matrix<double> features = Matrix<double>::Zero(1 + products + order * m, steps);
  features.row(0).setOnes();
  for (Index i = 0; i < order; ++i) {
    const Index missing = std::clamp<Index>(i - first, 0, steps);
    features.block(1 + products + i * m, missing, m, steps - missing) =
        x.middleCols(first + missing - i, steps - missing);
  }
  const auto window = features.middleRows(1 + products, order * m);
  for (Index i = 0, row = 1; i < q; ++i) {
    for (Index j = i; j < q; ++j, ++row) features.row(row) = window.row(i).cwiseProduct(window.row(j));
  }
  return features;
}

struct Products {
  Matrix<double> gram;     ///< of the features
  Matrix<double> targets;  ///< features × p
  Index steps = 0;
};

Products inner_products(std::span<const WindowExample> examples, Index order, Index taps,
                        const ExecutionContext& execution) {
  Products sums;
  for (const WindowExample& example : examples) {
    for (Index begin = example.first; begin < example.last; begin += kStepsAtOnce) {
      execution.poll();
      const Index end = std::min(begin + kStepsAtOnce, example.last);
      const Matrix<double> features = window_features(*example.x, begin, end, order, taps);
      const Matrix<double> y = example.y->middleCols(begin, end - begin);
      if (sums.steps == 0) {
        sums.gram = Matrix<double>::Zero(features.rows(), features.rows());
        sums.targets = Matrix<double>::Zero(features.rows(), y.rows());
      }
      multiply_by_transposed<double>(features, features, sums.gram, 1.0);
      multiply_by_transposed<double>(features, y, sums.targets, 1.0);
      sums.steps += end - begin;
    }
  }
  if (sums.steps == 0) throw UsageError("a model of windows needs steps to be fitted to");
  return sums;
}

}  // namespace

Index quadratic_features(Index inputs, Index taps) {
  return taps * inputs * (taps * inputs + 1) / 2;
}

Index most_taps(Index inputs, Index order, Index features) {
  Index taps = 0;
  while (taps < order && quadratic_features(inputs, taps + 1) <= features) ++taps;
  return taps;
}

Matrix<double> WindowModel::predict(const Matrix<double>& x) const {
  Matrix<double> y(bias.size(), x.cols());
  const Index products = quadratic_features(inputs, taps);
  for (Index begin = 0; begin < x.cols(); begin += kStepsAtOnce) {
    const Index end = std::min(begin + kStepsAtOnce, x.cols());
    const Matrix<double> features = window_features(x, begin, end, order, taps);
    auto part = y.middleCols(begin, end - begin);
    multiply<double>(linear, features.bottomRows(order * inputs), part, 0.0);
    if (products > 0) multiply<double>(quadratic, features.middleRows(1, products), part, 1.0);
    part.colwise() += bias;
  }
  return y;
}

std::vector<WindowModel> fit_window_models(std::span<const WindowExample> examples, std::span<const Index> orders,
                                           Index taps, double ridge, const ExecutionContext& execution) {
  std::vector<WindowModel> models;
  if (orders.empty()) return models;
  if (examples.empty()) throw UsageError("a model of windows needs steps to be fitted to");
  const Index m = examples.front().x->rows(), products = quadratic_features(m, taps);
  const Products sums = inner_products(examples, orders.back(), taps, execution);
  for (const Index order : orders) {
    execution.poll();
    const Index features = 1 + products + order * m;
    Matrix<double> gram = sums.gram.topLeftCorner(features, features);
    const double weight = ridge * std::max(gram.diagonal().mean(), 1e-300);
    gram.diagonal().tail(features - 1).array() += weight;
    const Matrix<double> solved = gram.ldlt().solve(sums.targets.topRows(features));
    models.push_back({.inputs = m,
                      .order = order,
                      .taps = taps,
                      .linear = solved.bottomRows(order * m).transpose(),
                      .quadratic = solved.middleRows(1, products).transpose(),
                      .bias = solved.row(0).transpose()});
  }
  return models;
}

}  // namespace unrecur
