#include "theory/check/check.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

using testing::random_cell;

std::unique_ptr<Cell<double>> elman(const Matrix<double>& w, const Attributes& attributes = {}) {
  auto cell = make_cell<double>("elman", 1, w.rows(), attributes);
  cell->parameters()[1].value = w;
  return cell;
}

std::unique_ptr<Cell<double>> linear(const Matrix<double>& w) {
  auto cell = make_cell<double>("linear", 1, w.rows(), {});
  cell->parameters()[1].value = w;
  return cell;
}

Matrix<double> rotation(double scale) {
  return scale * (Matrix<double>(2, 2) << 0.6, -0.8, 0.8, 0.6).finished();
}

TEST(RateBounds, ElmanHasAllMethodsAndTheyAreOrdered) {
  std::mt19937_64 engine(25);
  for (int trial = 0; trial < 20; ++trial) {
    const auto cell = random_cell<double>({"elman", {{"activation", "tanh"}}}, 2, 6, engine, 0.8);
    const RateBounds bounds = bound_rate(*cell);
    std::set<std::string> methods;
    for (const auto& [method, rate] : testing::rates_of(bounds)) methods.insert(method);
    EXPECT_EQ(methods, (std::set<std::string>{"one_norm", "inf_norm", "spectral_norm", "perron", "diagonal_2norm",
                                              "lmi", "periodic_orbit", "spectral_radius_at_fixed_point"}));
    const auto upper = best_upper(bounds, Rigour::proved);
    const auto lower = best_lower(bounds, Rigour::proved);
    ASSERT_TRUE(upper && lower);
    EXPECT_LE(lower->value, upper->value) << "a lower bound above an upper bound";
    for (const UpperRateBound& found : bounds.upper) EXPECT_EQ(found.bound()->rigour, Rigour::proved) << found.method;
    for (const LowerRateBound& found : bounds.lower) EXPECT_EQ(found.bound->rigour, Rigour::proved) << found.method;
  }
}

TEST(RateBounds, VerdictsOfLinearCells) {
  EXPECT_EQ(verdict_of(bound_rate(*linear(rotation(0.99)))), Verdict::proved);
  EXPECT_EQ(verdict_of(bound_rate(*linear(rotation(1.01)))), Verdict::refuted);
  EXPECT_EQ(verdict_of(bound_rate(*linear(Matrix<double>::Identity(3, 3)))), Verdict::refuted) << "an integrator";
  EXPECT_EQ(verdict_of(bound_rate(*linear(Matrix<double>::Zero(3, 3)))), Verdict::proved);
  // Every norm but the right one expands.
  Matrix<double> skewed(2, 2);
  skewed << 0.9, 50.0, -0.0001, 0.9;
  const RateBounds bounds = bound_rate(*linear(skewed));
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
  EXPECT_LT(best_upper(bounds, Rigour::proved)->value, 1.0);
}

TEST(RateBounds, AFloatingLowerBoundRefutesNothing) {
  // Zero is a fixed point three times over in the first coordinate: no proof of it goes through.
  const Matrix<double> w = (Matrix<double>(2, 2) << 1.0, 0.0, 0.0, 1.5).finished();
  const RateBounds bounds = bound_rate(*elman(w), {.methods = {"inf_norm", "spectral_radius_at_fixed_point"}});
  const auto lower = best_lower(bounds, Rigour::floating);
  ASSERT_TRUE(lower);
  EXPECT_NEAR(lower->value, 1.5, 1e-9);
  EXPECT_EQ(lower->rigour, Rigour::floating);
  EXPECT_EQ(verdict_of(bounds), Verdict::undecided);
  const auto proved = bound_rate(*elman(rotation(1.5)), {.methods = {"spectral_radius_at_fixed_point"}});
  EXPECT_NEAR(best_lower(proved, Rigour::proved)->value, 1.5, 1e-8);
  EXPECT_EQ(verdict_of(proved), Verdict::refuted);
}

TEST(RateBounds, VerdictsOfHandMadeBounds) {
  const auto upper = [](double rate, Rigour rigour) {
    return UpperRateBound{.method = "spectral_norm",
                          .certificate = Certificate{"spectral_norm", Norm::two(2), {rate, rigour}, {}, {}}};
  };
  const auto lower = [](double rate, Rigour rigour) {
    return LowerRateBound{.method = "periodic_orbit", .bound = LowerBound{rate, rigour}};
  };
  const auto of_upper = [&](double rate, Rigour rigour) { return verdict_of({.upper = {upper(rate, rigour)}}); };
  const auto of_lower = [&](double rate, Rigour rigour) { return verdict_of({.lower = {lower(rate, rigour)}}); };
  EXPECT_EQ(verdict_of(RateBounds{}), Verdict::undecided);
  EXPECT_EQ(of_upper(0.9, Rigour::proved), Verdict::proved);
  EXPECT_EQ(of_upper(0.9, Rigour::floating), Verdict::undecided);
  EXPECT_EQ(of_upper(1.0, Rigour::proved), Verdict::undecided);
  EXPECT_EQ(of_upper(std::nan(""), Rigour::proved), Verdict::undecided);
  EXPECT_EQ(of_upper(-0.5, Rigour::proved), Verdict::undecided) << "no rate is negative";
  EXPECT_EQ(of_lower(1.0, Rigour::proved), Verdict::refuted);
  EXPECT_EQ(of_lower(std::nan(""), Rigour::proved), Verdict::undecided);
  EXPECT_EQ(of_lower(1.5, Rigour::floating), Verdict::undecided);
  EXPECT_EQ(verdict_of({.upper = {upper(1.5, Rigour::proved)}, .lower = {lower(0.5, Rigour::proved)}}),
            Verdict::undecided);
  EXPECT_EQ(verdict_of({.upper = {UpperRateBound{.method = "perron"}}}), Verdict::undecided)
      << "a claim without a certificate";
}

TEST(RateBounds, NothingIsProvedOfWeightsThatAreNotFinite) {
  for (const double bad : {std::nan(""), kInfinity}) {
    Matrix<double> w = 0.1 * Matrix<double>::Identity(3, 3);
    w(2, 0) = bad;
    for (const auto& cell : {elman(w), linear(w)}) {
      const RateBounds bounds = bound_rate(*cell);
      EXPECT_EQ(verdict_of(bounds), Verdict::undecided);
      EXPECT_FALSE(best_upper(bounds, Rigour::floating));
      EXPECT_EQ(check(*cell).best(), nullptr);
      for (const UpperRateBound& found : bounds.upper) EXPECT_FALSE(found.note.empty()) << found.method;
      for (const LowerRateBound& found : bounds.lower) EXPECT_FALSE(found.note.empty()) << found.method;
    }
  }
}

TEST(RateBounds, MethodsCanBeChosen) {
  const auto cell = elman(rotation(0.5));
  const RateBounds bounds = bound_rate(*cell, {.methods = {"perron", "inf_norm"}});
  ASSERT_EQ(bounds.upper.size(), 2u);
  EXPECT_TRUE(bounds.lower.empty());
  EXPECT_THROW(bound_rate(*cell, {.methods = {"magic"}}), UsageError);
}

TEST(RateBounds, TheBestIsTheOneOfLeastContext) {
  // A weighted norm has the smaller rate, but pays a conversion of some 1e5 that a few steps cannot earn.
  const Matrix<double> w = (Matrix<double>(2, 2) << 0.5, 0.4, 1e-10, 0.5).finished();
  const auto best = [&](double epsilon) {
    const LayerReport report = check(*elman(w), {.epsilon = epsilon, .methods = {"spectral_norm", "perron"}});
    EXPECT_NE(report.best(), nullptr);
    EXPECT_TRUE(report.context);
    return report.best()->method;
  };
  EXPECT_EQ(best(1e-3), "spectral_norm");
  EXPECT_EQ(best(1e-300), "perron");
  const auto expanding = elman(Matrix<double>(2.0 * Matrix<double>::Identity(2, 2)));
  EXPECT_EQ(check(*expanding, {.methods = {"spectral_norm"}}).best(), nullptr) << "a rate of 2 promises nothing";
}

TEST(RateBounds, AKindWithoutMethodsIsUndecided) {
  class Unknown : public Cell<double> {
   public:
    std::string kind() const override { return "unknown"; }
    CellShape shape() const override { return {1, 1, 1, 0}; }
    Attributes attributes() const override { return {}; }
    std::unique_ptr<Cell<double>> clone() const override { return std::make_unique<Unknown>(); }
    std::unique_ptr<LayerTape<double>> make_tape() const override { return nullptr; }
    void forward(const Packing&, const ConstMatrixRef<double>&, const ConstMatrixRef<double>&, LayerTape<double>&,
                 Matrix<double>&, Matrix<double>*) const override {}
    void backward(const Packing&, const ConstMatrixRef<double>&, const ConstMatrixRef<double>&,
                  const LayerTape<double>&, const ConstMatrixRef<double>&, std::span<Parameter<double>>,
                  Matrix<double>*, Matrix<double>*) const override {}
    Matrix<double> states(const LayerTape<double>&) const override { return {}; }
    std::unique_ptr<FixedInputMap<double>> fix_inputs(const ConstMatrixRef<double>&) const override { return nullptr; }
  };
  const RateBounds bounds = bound_rate(Unknown());
  EXPECT_TRUE(bounds.empty());
  EXPECT_EQ(verdict_of(bounds), Verdict::undecided);
}

TEST(RateBounds, RealJacobiansOfCellsObeyTheCertificates) {
  std::mt19937_64 engine(26);
  for (const auto& c : testing::all_cell_cases()) {
    if (c.kind != "elman" && c.kind != "linear") continue;
    for (int trial = 0; trial < 5; ++trial) {
      const Index m = 2, n = 5;
      const auto cell = random_cell<double>(c, m, n, engine, 1.0);
      const RateBounds bounds = bound_rate(*cell);
      for (int point = 0; point < 100; ++point) {
        const Matrix<double> x = testing::random_matrix<double>(m, 1, engine, 3.0);
        const Matrix<double> s = testing::random_matrix<double>(n, 1, engine, 2.0);
        Matrix<double> other = s + testing::random_matrix<double>(n, 1, engine, point % 2 == 0 ? 1e-4 : 2.0);
        const Vector<double> apart = step<double>(*cell, s, x) - step<double>(*cell, other, x);
        for (const UpperRateBound& upper : bounds.upper) {
          if (!upper.certificate) continue;
          const Norm& norm = upper.certificate->norm;
          const double rate = upper.bound()->value;
          EXPECT_LE(norm(apart), rate * norm(Vector<double>(s - other)) * (1.0 + 1e-10)) << upper.method;
        }
      }
    }
  }
}

}  // namespace
}  // namespace unrecur
