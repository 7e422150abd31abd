// Convolutions tap by tap against those of unfolded inputs and against their definition.
#include "models/blocks/tap_products.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace unrecur::tap_products_test {
namespace {

constexpr Index kUnfolded = 1 << 20, kDirect = 1;

struct Results {
  Matrix<double> sums, d_weights, d_x, d_initial;
};

struct Case {
  Taps taps;
  Packing packing;
  Matrix<double> weights, x, initial, d_sums;

  Case(Taps chosen, Packing packed, bool at_rest = false) : taps(chosen), packing(std::move(packed)) {
    constexpr Index kOutputs = 4;
    srand(7);
    weights.setRandom(kOutputs, taps.kernel * taps.inputs);
    x.setRandom(taps.inputs, packing.columns());
    initial.setRandom(taps.state(), packing.batch());
    if (at_rest) initial.setZero();
    d_sums.setRandom(kOutputs, packing.columns());
  }

  Results results(Index wide_inputs) const {
    Results found;
    TapProducts<double> products(wide_inputs);
    found.sums.resize(weights.rows(), packing.columns());
    products.forward(taps, packing, weights, x, initial, found.sums);
    found.d_weights = Matrix<double>::Ones(weights.rows(), weights.cols());
    products.weight_gradient(taps, packing, d_sums, x, initial, found.d_weights, 1.0);
    products.input_gradient(taps, packing, weights, d_sums, &found.d_x, &found.d_initial);
    return found;
  }

  /// What the definition says: x_{t−id}, or the state's block where that is before the first input.
  Matrix<double> read_at(Index b, Index t, Index tap) const {
    const Index from = t - tap * taps.dilation;
    if (from >= 0) return x.col(packing.column(b, from));
    return initial.block((taps.reach() + from) * taps.inputs, b, taps.inputs, 1);
  }

  Matrix<double> sums_by_definition() const {
    Matrix<double> sums = Matrix<double>::Zero(weights.rows(), packing.columns());
    for (Index b = 0; b < packing.batch(); ++b) {
      for (Index t = 0; t < packing.length(b); ++t) {
        for (Index i = 0; i < taps.kernel; ++i) {
          sums.col(packing.column(b, t)) += weights.middleCols(i * taps.inputs, taps.inputs) * read_at(b, t, i);
        }
      }
    }
    return sums;
  }
};

std::vector<Case> cases() {
  const Packing ragged(std::array<Index, 4>{9, 7, 7, 2});
  std::vector<Case> list;
  for (const Taps& taps : {Taps{3, 1, 1}, Taps{3, 3, 1}, Taps{2, 3, 2}, Taps{5, 2, 8}}) {
    list.emplace_back(taps, Packing::uniform(9, 3));
    list.emplace_back(taps, Packing::uniform(9, 3), true);
    list.emplace_back(taps, Packing::uniform(1, 2));
    list.emplace_back(taps, Packing::single(6));
    list.emplace_back(taps, ragged);
  }
  return list;
}

void expect_near(const Matrix<double>& a, const Matrix<double>& b) {
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.cols(), b.cols());
  EXPECT_TRUE(a.size() == 0 || (a - b).cwiseAbs().maxCoeff() <= 1e-13) << a - b;
}

TEST(TapProducts, AreWhatTheDefinitionSays) {
  for (const Case& each : cases()) {
    expect_near(each.results(kDirect).sums, each.sums_by_definition());
    expect_near(each.results(kUnfolded).sums, each.sums_by_definition());
  }
}

TEST(TapProducts, GradientsTapByTapAreThoseOfUnfoldedInputs) {
  for (const Case& each : cases()) {
    const Results direct = each.results(kDirect), unfolded = each.results(kUnfolded);
    expect_near(direct.d_weights, unfolded.d_weights);
    expect_near(direct.d_x, unfolded.d_x);
    expect_near(direct.d_initial, unfolded.d_initial);
  }
}

/// ⟨d, A(x, s)⟩ = ⟨Aᵀd, (x, s)⟩ and = ⟨∂/∂W, W⟩, as sums are bilinear.
TEST(TapProducts, GradientsAreTheAdjoint) {
  for (const Case& each : cases()) {
    for (const Index wide : {kDirect, kUnfolded}) {
      const Results found = each.results(wide);
      const double value = each.d_sums.cwiseProduct(found.sums).sum();
      EXPECT_NEAR(found.d_x.cwiseProduct(each.x).sum() + found.d_initial.cwiseProduct(each.initial).sum(), value,
                  1e-12);
      EXPECT_NEAR((found.d_weights.array() - 1.0).matrix().cwiseProduct(each.weights).sum(), value, 1e-12);
    }
  }
}

TEST(TapProducts, OneObjectServesOneBatchAfterAnother) {
  TapProducts<double> products(kDirect);
  const std::vector<Case> list = cases();
  for (const Case& each : list) {
    Matrix<double> sums(each.weights.rows(), each.packing.columns());
    products.forward(each.taps, each.packing, each.weights, each.x, each.initial, sums);
    Matrix<double> d_weights = Matrix<double>::Constant(each.weights.rows(), each.weights.cols(), 1e300);
    products.weight_gradient(each.taps, each.packing, each.d_sums, each.x, each.initial, d_weights, 0.0);
    expect_near(sums, each.sums_by_definition());
    expect_near(d_weights.array() + 1.0, each.results(kUnfolded).d_weights);
  }
}

}  // namespace
}  // namespace unrecur::tap_products_test
