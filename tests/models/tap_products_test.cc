// Convolutions tap by tap, and filtered by some steps at a time, against those of unfolded inputs and against their
// definition.
#include "models/blocks/tap_products.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "models/arrays/product.h"

namespace unrecur::tap_products_test {
namespace {

constexpr TapMethod kMethods[] = {TapMethod::unfolded, TapMethod::direct, TapMethod::filtered, TapMethod::by_size};

struct Results {
  Matrix<double> sums, d_weights, d_x, d_initial;
};

struct Case {
  Taps taps;
  Packing packing;
  Matrix<double> weights, x, initial, d_sums;

  Case(Taps chosen, Packing packed, bool at_rest = false, Index outputs = 4)
      : taps(chosen), packing(std::move(packed)) {
    srand(7);
    weights.setRandom(outputs, taps.kernel * taps.inputs);
    x.setRandom(taps.inputs, packing.columns());
    initial.setRandom(taps.state(), packing.batch());
    if (at_rest) initial.setZero();
    d_sums.setRandom(outputs, packing.columns());
  }

  /// Computed in S.
  template <class S = double>
  Results results(TapMethod method) const {
    const Matrix<S> w = weights.cast<S>(), inputs = x.cast<S>(), before = initial.cast<S>(), d = d_sums.cast<S>();
    TapProducts<S> products(method);
    Matrix<S> sums(weights.rows(), packing.columns()), d_x, d_initial;
    products.forward(taps, packing, w, inputs, before, sums);
    Matrix<S> d_weights = Matrix<S>::Ones(weights.rows(), weights.cols());
    products.gradients(taps, packing, w, d, inputs, before, S(1), d_weights, &d_x, &d_initial);
    return {sums.template cast<double>(), d_weights.template cast<double>(), d_x.template cast<double>(),
            d_initial.template cast<double>()};
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
  for (const Taps& taps : {Taps{3, 1, 1}, Taps{3, 3, 1}, Taps{2, 3, 2}, Taps{5, 2, 8}, Taps{2, 7, 1}, Taps{3, 4, 3},
                           Taps{2, 6, 2}, Taps{1, 3, 16}}) {
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
    for (const TapMethod method : kMethods) expect_near(each.results(method).sums, each.sums_by_definition());
  }
}

TEST(TapProducts, GradientsOfAllMethodsAreTheSame) {
  for (const Case& each : cases()) {
    const Results unfolded = each.results(TapMethod::unfolded);
    for (const TapMethod method : {TapMethod::direct, TapMethod::filtered}) {
      const Results found = each.results(method);
      expect_near(found.d_weights, unfolded.d_weights);
      expect_near(found.d_x, unfolded.d_x);
      expect_near(found.d_initial, unfolded.d_initial);
    }
  }
}

/// ⟨d, A(x, s)⟩ = ⟨Aᵀd, (x, s)⟩ and = ⟨∂/∂W, W⟩, as sums are bilinear.
TEST(TapProducts, GradientsAreTheAdjoint) {
  for (const Case& each : cases()) {
    for (const TapMethod method : kMethods) {
      const Results found = each.results(method);
      const double value = each.d_sums.cwiseProduct(found.sums).sum();
      EXPECT_NEAR(found.d_x.cwiseProduct(each.x).sum() + found.d_initial.cwiseProduct(each.initial).sum(), value,
                  1e-12);
      EXPECT_NEAR((found.d_weights.array() - 1.0).matrix().cwiseProduct(each.weights).sum(), value, 1e-12);
    }
  }
}

void expect_right(TapProducts<double>& products, const Case& each) {
  Matrix<double> sums(each.weights.rows(), each.packing.columns());
  products.forward(each.taps, each.packing, each.weights, each.x, each.initial, sums);
  Matrix<double> d_weights = Matrix<double>::Constant(each.weights.rows(), each.weights.cols(), 1e300);
  products.gradients(each.taps, each.packing, each.weights, each.d_sums, each.x, each.initial, 0.0, d_weights, nullptr,
                     nullptr);
  expect_near(sums, each.sums_by_definition());
  expect_near(d_weights.array() + 1.0, each.results(TapMethod::unfolded).d_weights);
}

TEST(TapProducts, OneObjectServesOneBatchAfterAnother) {
  for (const TapMethod method : kMethods) {
    TapProducts<double> products(method);
    for (const Case& each : cases()) expect_right(products, each);
  }
}

TEST(TapProducts, OfABatchSharedByThreadsAreTheSame) {
  const Case each({5, 4, 2}, Packing::uniform(500, 17), false, 64);
  const ProductThreads one(1);
  const Results alone = each.results(TapMethod::filtered);
  for (const int threads : {2, 5}) {
    const ProductThreads several(threads);
    const Results shared = each.results(TapMethod::filtered);
    EXPECT_LE((shared.sums - alone.sums).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LE((shared.d_weights - alone.d_weights).cwiseAbs().maxCoeff(), 1e-10);  // sums over 8,500 columns
    EXPECT_LE((shared.d_x - alone.d_x).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LE((shared.d_initial - alone.d_initial).cwiseAbs().maxCoeff(), 1e-12);
  }
}

/// Sums of pairs are made of what each step may see alone: nothing else changes a bit of them, not even what is no
/// number.
TEST(TapProducts, PairsLeakNothing) {
  for (const Taps& taps : {Taps{2, 3, 1}, Taps{2, 3, 2}, Taps{3, 4, 3}, Taps{2, 6, 1}}) {
    Case each(taps, Packing::uniform(11, 2));
    const Matrix<double> before = each.results(TapMethod::filtered).sums;
    for (Index changed = 0; changed < 11; ++changed) {
      Case other = each;
      other.x.middleCols(2 * changed, 2).setConstant(std::nan(""));
      const Matrix<double> after = other.results(TapMethod::filtered).sums;
      for (Index t = 0; t < 11; ++t) {
        const bool reads = t >= changed && t <= changed + taps.reach() && (t - changed) % taps.dilation == 0;
        for (Index b = 0; b < 2; ++b) {
          const auto one = before.col(2 * t + b), two = after.col(2 * t + b);
          EXPECT_EQ(reads, two.array().isNaN().all()) << changed << " " << t;
          EXPECT_EQ(!reads, one == two) << changed << " " << t;
        }
      }
    }
  }
}

/// A case whose numbers a float holds, so that what a method rounds is all that is wrong.
Case of_floats(Case each) {
  for (Matrix<double>* numbers : {&each.weights, &each.x, &each.initial, &each.d_sums}) {
    *numbers = numbers->cast<float>().cast<double>();
  }
  return each;
}

/// What filtering starts from and ends with, sums of inputs and of products, costs some of the accuracy, and no more:
/// two steps at a time for the sums, four for the gradients.
TEST(TapProducts, FilteringIsNearlyAsAccurate) {
  const Case each = of_floats(Case({300, 3, 2}, Packing::uniform(40, 8), false, 64));
  const Results exact = each.results(TapMethod::unfolded);
  const Results by_size = each.results<float>(TapMethod::by_size), filtered = each.results<float>(TapMethod::filtered),
                direct = each.results<float>(TapMethod::direct);
  EXPECT_EQ(by_size.sums, filtered.sums) << "what this size asks for";
  EXPECT_EQ(by_size.d_weights, filtered.d_weights);
  const auto worse_by = [&](Matrix<double> Results::*part) {
    return (filtered.*part - exact.*part).norm() / (direct.*part - exact.*part).norm();
  };
  EXPECT_LT(worse_by(&Results::sums), 4.0);
  for (const auto part : {&Results::d_weights, &Results::d_x, &Results::d_initial}) {
    EXPECT_GT(worse_by(part), 1.0) << "no filtering at all";
    EXPECT_LT(worse_by(part), 15.0);
  }
}

}  // namespace
}  // namespace unrecur::tap_products_test
