#include "theory/check/ladder.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/errors.h"
#include "tests/models/random_model.h"
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

TEST(Ladder, ElmanHasAllRungsAndTheyAreOrdered) {
  std::mt19937_64 engine(25);
  for (int trial = 0; trial < 20; ++trial) {
    const auto cell = random_cell<double>({"elman", {{"activation", "tanh"}}}, 2, 6, engine, 0.8);
    const auto rungs = climb(*cell);
    std::set<std::string> methods;
    for (const Rung& rung : rungs) methods.insert(rung.method);
    EXPECT_EQ(methods, (std::set<std::string>{"one_norm", "inf_norm", "spectral_norm", "perron", "diagonal_2norm",
                                              "lmi", "periodic_orbit", "spectral_radius_at_fixed_point"}));
    const auto upper = best_upper(rungs, Rigour::proved);
    const auto lower = best_lower(rungs, Rigour::proved);
    ASSERT_TRUE(upper && lower);
    EXPECT_LE(lower->value, upper->value) << "a lower bound above an upper bound";
    for (const Rung& rung : rungs) EXPECT_EQ(rung.rigour, Rigour::proved) << rung.method;
  }
}

TEST(Ladder, VerdictsOfLinearCells) {
  EXPECT_EQ(verdict_of(climb(*linear(rotation(0.99)))), Verdict::proved);
  EXPECT_EQ(verdict_of(climb(*linear(rotation(1.01)))), Verdict::refuted);
  EXPECT_EQ(verdict_of(climb(*linear(Matrix<double>::Identity(3, 3)))), Verdict::refuted) << "an integrator";
  EXPECT_EQ(verdict_of(climb(*linear(Matrix<double>::Zero(3, 3)))), Verdict::proved);
  // Every norm but the right one expands.
  Matrix<double> skewed(2, 2);
  skewed << 0.9, 50.0, -0.0001, 0.9;
  const auto rungs = climb(*linear(skewed));
  EXPECT_EQ(verdict_of(rungs), Verdict::proved);
  EXPECT_LT(best_upper(rungs, Rigour::proved)->value, 1.0);
}

TEST(Ladder, AFloatingLowerBoundRefutesNothing) {
  // Zero is a fixed point three times over in the first coordinate: no proof of it goes through.
  const Matrix<double> w = (Matrix<double>(2, 2) << 1.0, 0.0, 0.0, 1.5).finished();
  const auto rungs = climb(*elman(w), {.methods = {"inf_norm", "spectral_radius_at_fixed_point"}});
  const auto lower = best_lower(rungs, Rigour::floating);
  ASSERT_TRUE(lower);
  EXPECT_NEAR(lower->value, 1.5, 1e-9);
  EXPECT_EQ(lower->rigour, Rigour::floating);
  EXPECT_EQ(verdict_of(rungs), Verdict::undecided);
  const auto proved = climb(*elman(rotation(1.5)), {.methods = {"spectral_radius_at_fixed_point"}});
  EXPECT_NEAR(best_lower(proved, Rigour::proved)->value, 1.5, 1e-8);
  EXPECT_EQ(verdict_of(proved), Verdict::refuted);
}

TEST(Ladder, VerdictsOfHandMadeRungs) {
  const auto upper = [](double rate, Rigour rigour) {
    return Rung{
        "spectral_norm", Side::upper, rigour, rate,
        "two",           0.0,         "",     Certificate{"spectral_norm", Norm::two(2), {rate, rigour}, {}, {}}};
  };
  const auto lower = [](double rate, Rigour rigour) {
    return Rung{"periodic_orbit", Side::lower, rigour, rate, "", 0.0, "", std::nullopt};
  };
  using Rungs = std::vector<Rung>;
  EXPECT_EQ(verdict_of(Rungs{}), Verdict::undecided);
  EXPECT_EQ(verdict_of(Rungs{upper(0.9, Rigour::proved)}), Verdict::proved);
  EXPECT_EQ(verdict_of(Rungs{upper(0.9, Rigour::floating)}), Verdict::undecided);
  EXPECT_EQ(verdict_of(Rungs{upper(1.0, Rigour::proved)}), Verdict::undecided);
  EXPECT_EQ(verdict_of(Rungs{upper(std::nan(""), Rigour::proved)}), Verdict::undecided);
  EXPECT_EQ(verdict_of(Rungs{upper(-0.5, Rigour::proved)}), Verdict::undecided) << "no rate is negative";
  EXPECT_EQ(verdict_of(Rungs{lower(1.0, Rigour::proved)}), Verdict::refuted);
  EXPECT_EQ(verdict_of(Rungs{lower(1.5, Rigour::floating)}), Verdict::undecided);
  EXPECT_EQ(verdict_of(Rungs{lower(0.5, Rigour::proved), upper(1.5, Rigour::proved)}), Verdict::undecided);
  Rung bare = upper(0.9, Rigour::proved);
  bare.certificate.reset();
  EXPECT_EQ(verdict_of(Rungs{bare}), Verdict::undecided) << "a claim without a certificate";
}

TEST(Ladder, NothingIsProvedOfWeightsThatAreNotFinite) {
  for (const double bad : {std::nan(""), kInfinity}) {
    Matrix<double> w = 0.1 * Matrix<double>::Identity(3, 3);
    w(2, 0) = bad;
    for (const auto& cell : {elman(w), linear(w)}) {
      const auto rungs = climb(*cell);
      EXPECT_EQ(verdict_of(rungs), Verdict::undecided);
      EXPECT_FALSE(best_upper(rungs, Rigour::floating));
      EXPECT_EQ(best_certificate(rungs, {1.0, 1.0}, 1e-3), nullptr);
      for (const Rung& rung : rungs) EXPECT_FALSE(rung.note.empty()) << rung.method << " does not say why";
    }
  }
}

TEST(Ladder, MethodsCanBeChosen) {
  const auto cell = elman(rotation(0.5));
  const auto rungs = climb(*cell, {.methods = {"perron", "inf_norm"}});
  ASSERT_EQ(rungs.size(), 2u);
  EXPECT_THROW(climb(*cell, {.methods = {"magic"}}), UsageError);
}

TEST(Ladder, BestCertificateIsTheOneOfLeastContext) {
  // The weighted norm has the smaller rate, but pays a conversion of 1e6 that ten steps cannot earn.
  const Vector<double> skew = (Vector<double>(2) << 1.0, 1e6).finished();
  const auto rung = [](Certificate c) {
    return Rung{c.method, Side::upper, Rigour::proved, c.rate.value, c.norm.name(), 0.0, "", std::move(c)};
  };
  const std::vector<Rung> rungs{rung({"spectral_norm", Norm::two(2), {0.5, Rigour::proved}, {}, {}}),
                                rung({"diagonal_2norm", Norm::weighted_two(skew), {0.4, Rigour::proved}, {}, {}})};
  EXPECT_EQ(best_certificate(rungs, {1.0, kInfinity}, 1e-3), &*rungs[0].certificate);
  EXPECT_EQ(best_certificate(rungs, {1.0, kInfinity}, 1e-300), &*rungs[1].certificate);
  const std::vector<Rung> useless{rung({"spectral_norm", Norm::two(2), {1.5, Rigour::proved}, {}, {}}),
                                  rung({"one_norm", Norm::one(2), {1.2, Rigour::proved}, {}, {}})};
  EXPECT_EQ(best_certificate(useless, {1.0, kInfinity}, 1e-3), &*useless[1].certificate);
}

TEST(Ladder, AKindWithoutLadderIsUndecided) {
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
  const auto rungs = climb(Unknown());
  EXPECT_TRUE(rungs.empty());
  EXPECT_EQ(verdict_of(rungs), Verdict::undecided);
}

TEST(Ladder, RealJacobiansOfCellsObeyTheCertificates) {
  std::mt19937_64 engine(26);
  for (const auto& c : testing::all_cell_cases()) {
    if (c.kind != "elman" && c.kind != "linear") continue;
    for (int trial = 0; trial < 5; ++trial) {
      const Index m = 2, n = 5;
      const auto cell = random_cell<double>(c, m, n, engine, 1.0);
      const auto rungs = climb(*cell);
      for (int point = 0; point < 100; ++point) {
        const Matrix<double> x = testing::random_matrix<double>(m, 1, engine, 3.0);
        const Matrix<double> s = testing::random_matrix<double>(n, 1, engine, 2.0);
        Matrix<double> other = s + testing::random_matrix<double>(n, 1, engine, point % 2 == 0 ? 1e-4 : 2.0);
        const Vector<double> apart = step<double>(*cell, s, x) - step<double>(*cell, other, x);
        for (const Rung& rung : rungs) {
          if (!rung.certificate) continue;
          const Norm& norm = rung.certificate->norm;
          EXPECT_LE(norm(apart), rung.rate * norm(Vector<double>(s - other)) * (1.0 + 1e-10)) << rung.method;
        }
      }
    }
  }
}

}  // namespace
}  // namespace unrecur
