#include "tests/models/formats/layer_norms.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

namespace unrecur::testing {
namespace {

double spectral_norm(const Matrix<double>& a) {
  const Matrix<double> gram = a.transpose() * a;
  return std::sqrt(
      Eigen::SelfAdjointEigenSolver<Matrix<double>>(gram, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff());
}

double row_sum(const Matrix<double>& a) {
  return a.cwiseAbs().rowwise().sum().maxCoeff();
}

constexpr double six_decimals = 0.5000001e-6, four_decimals = 0.5000001e-4;

}  // namespace

void expect_layer(const RecurrentLayer& layer, const KnownLayer& known) {
  SCOPED_TRACE(known.name);
  EXPECT_EQ(layer.name, known.name);
  EXPECT_EQ(layer.cell, known.cell);
  EXPECT_EQ(layer.direction, known.direction);
  EXPECT_EQ(layer.state_size, known.state_size);
  EXPECT_EQ(layer.input.cols(), known.input_size);
  EXPECT_NEAR(spectral_norm(layer.recurrent), known.stacked, six_decimals);
  const Index n = known.state_size;
  ASSERT_EQ(layer.recurrent.rows(), n * static_cast<Index>(known.gates.size()));
  for (std::size_t k = 0; k < known.gates.size(); ++k) {
    const Matrix<double> gate = layer.recurrent.middleRows(static_cast<Index>(k) * n, n);
    EXPECT_NEAR(spectral_norm(gate), known.gates[k].first, six_decimals) << "gate " << k;
    EXPECT_NEAR(row_sum(gate), known.gates[k].second, four_decimals) << "gate " << k;
  }
}

void expect_layers(const std::vector<RecurrentLayer>& layers, const std::vector<KnownLayer>& known) {
  ASSERT_EQ(layers.size(), known.size());
  for (std::size_t i = 0; i < known.size(); ++i) expect_layer(layers[i], known[i]);
}

void expect_same_weights(const RecurrentLayer& a, const RecurrentLayer& b) {
  SCOPED_TRACE(a.name + " and " + b.name);
  EXPECT_EQ(a.cell, b.cell);
  EXPECT_EQ(a.direction, b.direction);
  EXPECT_EQ(a.attributes, b.attributes);
  EXPECT_EQ(a.recurrent, b.recurrent);
  EXPECT_EQ(a.input, b.input);
  const auto bias = [](const RecurrentLayer& l) -> Matrix<double> {
    const Matrix<double> none = Matrix<double>::Zero(l.recurrent.rows(), 1);
    return (l.input_bias.size() > 0 ? l.input_bias : none) + (l.recurrent_bias.size() > 0 ? l.recurrent_bias : none);
  };
  EXPECT_EQ(bias(a), bias(b));
}

}  // namespace unrecur::testing
