#include "experiments/twins/fit.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

const FittedTwin& twin_of(const TwinFit& fit, TwinFamily family, Index order) {
  for (const FittedTwin& twin : fit.twins) {
    if (twin.family == family && twin.order == order) return twin;
  }
  throw UsageError("no such twin");
}

DenseHead random_head(Index outputs, Index n, std::mt19937_64& engine) {
  return {"", random_matrix<double>(outputs, n, engine), random_matrix<double>(outputs, 1, engine)};
}

TEST(WindowModels, FindTheModelThatMadeTheData) {
  std::mt19937_64 engine(111);
  const Index m = 2, order = 3, taps = 2, products = quadratic_features(m, taps);
  ASSERT_EQ(products, 10);
  WindowModel truth{m,
                    order,
                    taps,
                    random_matrix<double>(2, order * m, engine),
                    random_matrix<double>(2, products, engine),
                    random_matrix<double>(2, 1, engine)};
  const Matrix<double> x = random_matrix<double>(m, 2000, engine), y = truth.predict(x);
  // By hand, at one step.
  Vector<double> window(6);
  window << x.col(50), x.col(49), x.col(48);
  Vector<double> expected = truth.bias + truth.linear * window;
  for (Index i = 0, at = 0; i < 4; ++i) {
    for (Index j = i; j < 4; ++j, ++at) expected += truth.quadratic.col(at) * window(i) * window(j);
  }
  EXPECT_LE((y.col(50) - expected).cwiseAbs().maxCoeff(), 1e-13);

  const std::vector<WindowExample> examples{{&x, &y, 0, 700}, {&x, &y, 1000, 2000}};
  const auto found = fit_window_models(examples, std::vector<Index>{2, 3, 5}, taps, 1e-14);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_LE((found[1].linear - truth.linear).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LE((found[1].quadratic - truth.quadratic).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LE((found[1].bias - truth.bias).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LE((found[2].linear.rightCols(4)).cwiseAbs().maxCoeff(), 1e-8) << "what was not there";
  EXPECT_GT((found[0].predict(x) - y).cwiseAbs().maxCoeff(), 0.1) << "two inputs do not make three";
}

TEST(WindowModels, InputsBeforeTheFirstAreZero) {
  WindowModel sum{1, 3, 0, Matrix<double>::Ones(1, 3), Matrix<double>(1, 0), Vector<double>::Zero(1)};
  Matrix<double> x(1, 4);
  x << 1.0, 10.0, 100.0, 1000.0;
  Matrix<double> expected(1, 4);
  expected << 1.0, 11.0, 111.0, 1110.0;
  EXPECT_EQ(sum.predict(x), expected);
}

TEST(WindowModels, TakeAsManyTapsAsThereIsRoomFor) {
  EXPECT_EQ(most_taps(1, 100, 512), 31);
  EXPECT_EQ(most_taps(1, 4, 512), 4);
  EXPECT_EQ(most_taps(40, 4, 512), 0) << "820 products of one step";
}

TEST(Twins, TruncationsAreThoseOfTheSweepAndUnderTheirBound) {
  std::mt19937_64 engine(112);
  const auto cell = random_cell<double>({"gru", {{"reset", "after"}}}, 2, 4, engine, 0.3);
  const TwinTeacher teacher{cell.get(), random_head(3, 4, engine)};
  const std::vector<Matrix<double>> sequences{random_matrix<double>(2, 200, engine),
                                              random_matrix<double>(2, 80, engine)};
  const TwinFit fit = fit_twins(teacher, sequences, {.largest_order = 16, .inputs = InputSet::box(1.0)});
  EXPECT_EQ(fit.held_out_steps, 70);
  EXPECT_EQ(fit.fitted_steps, 210);
  for (const Index k : {1, 2, 4, 8, 16}) {
    const FittedTwin& twin = twin_of(fit, TwinFamily::truncated, k);
    double squares = 0.0, outputs = 0.0, largest = 0.0, state = 0.0;
    for (const Matrix<double>& x : sequences) {
      for (Index t = x.cols() - x.cols() / 4; t < x.cols(); ++t) {
        const Matrix<double> s = full_states<double>(*cell, x.leftCols(t + 1)).rightCols(1);
        const Matrix<double> own = full_states<double>(*cell, x.middleCols(t + 1 - k, k)).rightCols(1);
        const Matrix<double> difference = teacher.outputs_of(s) - teacher.outputs_of(own);
        squares += difference.squaredNorm();
        outputs += teacher.outputs_of(s).squaredNorm();
        largest = std::max(largest, difference.norm());
        state = std::max(state, (s - own).norm());
      }
    }
    EXPECT_NEAR(twin.error, std::sqrt(squares / outputs), 1e-12);
    EXPECT_NEAR(twin.largest_gap, largest, 1e-12);
    EXPECT_NEAR(*twin.state_gap, state, 1e-12);
    ASSERT_TRUE(twin.bound);
    EXPECT_LE(*twin.state_gap, twin.bound->value);
    // 3 n (m + n) products for each of k steps, and the head.
    EXPECT_EQ(twin.multiply_adds, k * 3 * 4 * (2 + 4) + 12);
  }
}

TEST(Twins, AFiniteImpulseResponseFitsALinearSystem) {
  std::mt19937_64 engine(113);
  auto cell = random_cell<double>({"linear", {}}, 1, 3, engine, 0.25);
  const TwinTeacher teacher{cell.get(), random_head(1, 3, engine)};
  const std::vector<Matrix<double>> sequences{random_matrix<double>(1, 1000, engine)};
  const TwinFit fit = fit_twins(teacher, sequences, {.largest_order = 32, .epsilon = 1e-5});
  EXPECT_LE(twin_of(fit, TwinFamily::fir, 32).error, 1e-6);
  EXPECT_GT(twin_of(fit, TwinFamily::fir, 1).error, 1e-3);
  ASSERT_TRUE(fit.cheapest);
  EXPECT_LE(fit.twins[*fit.cheapest].error, 1e-5);
  for (const FittedTwin& twin : fit.twins) {
    if (twin.error <= 1e-5) {
      EXPECT_GE(twin.multiply_adds, fit.twins[*fit.cheapest].multiply_adds);
    }
  }
  ASSERT_TRUE(fit.smallest_order(TwinFamily::fir));
  EXPECT_LE(twin_of(fit, TwinFamily::fir, *fit.smallest_order(TwinFamily::fir)).error, 1e-5);
}

TEST(Twins, ProductsHelpWhereTheTeacherIsNotLinear) {
  std::mt19937_64 engine(114);
  const auto cell = random_cell<double>({"elman", {{"activation", "sigmoid"}}}, 1, 4, engine, 1.5);
  const std::vector<Matrix<double>> sequences{random_matrix<double>(1, 4000, engine, 1.5)};
  const TwinFit fit = fit_twins({cell.get(), {}}, sequences, {.largest_order = 8});
  EXPECT_LT(twin_of(fit, TwinFamily::volterra, 8).error, 0.7 * twin_of(fit, TwinFamily::fir, 8).error);
}

TEST(Twins, ANetworkOfConvolutionsLearnsWhatNoLinearMapDoes) {
  std::mt19937_64 engine(118);
  auto cell = random_cell<double>({"gru", {{"reset", "after"}}}, 1, 4, engine, 1.2);
  const std::vector<Matrix<double>> sequences{random_matrix<double>(1, 3000, engine, 2.0)};
  FitOptions options{.families = {TwinFamily::fir, TwinFamily::tcn}, .largest_order = 16};
  options.tcn = {.units = 12, .steps = 600, .batch = 8, .span = 64, .learning_rate = 1e-2};
  const TwinFit fit = fit_twins({cell.get(), random_head(1, 4, engine)}, sequences, options);
  const FittedTwin& twin = twin_of(fit, TwinFamily::tcn, 16);
  EXPECT_LT(twin.error, 0.7 * twin_of(fit, TwinFamily::fir, 16).error);
  // Layers of 2 to 12 and 24 to 12 numbers, with biases, and the sum of four of them to one.
  EXPECT_EQ(twin.multiply_adds, 24 + 3 * 288 + 12);
  EXPECT_EQ(twin.parameters, twin.multiply_adds + 4 * 12 + 1);
  // It sees 16 inputs: an input before them changes nothing, the oldest of them does.
  Matrix<double> x = sequences[0].leftCols(40), moved = x, seen = x;
  moved(0, 23) += 1.0;
  seen(0, 24) += 1.0;
  const double y = predict_network(*twin.network, x)(0, 39);
  EXPECT_EQ(predict_network(*twin.network, moved)(0, 39), y);
  EXPECT_NE(predict_network(*twin.network, seen)(0, 39), y);
}

TEST(Twins, TheSameSeedTrainsTheSameNetwork) {
  std::mt19937_64 engine(119);
  const Matrix<double> x = random_matrix<double>(2, 300, engine), y = random_matrix<double>(1, 300, engine);
  const std::vector<WindowExample> examples{{&x, &y, 0, 300}};
  const TcnOptions options{.units = 4, .steps = 5, .batch = 2, .span = 32};
  const auto a = train_tcn(examples, 8, options, {}), b = train_tcn(examples, 8, options, {});
  EXPECT_EQ(predict_network(*a, x), predict_network(*b, x));
  EXPECT_THROW(train_tcn(examples, 6, options, {}), UsageError);
  EXPECT_THROW(train_tcn(examples, 512, options, {}), UsageError) << "no sequence is that long";
}

TEST(Twins, LossesAreThoseOfTheTargets) {
  std::mt19937_64 engine(115);
  const auto cell = random_cell<double>({"elman", {}}, 1, 2, engine, 0.4);
  const std::vector<Matrix<double>> sequences{random_matrix<double>(1, 40, engine)};
  // The targets are one away from the teacher in each of two numbers.
  FitOptions options{.families = {TwinFamily::truncated}, .largest_order = 40};
  options.targets = {full_states<double>(*cell, sequences[0]).array() + 1.0};
  const TwinFit fit = fit_twins({cell.get(), {}}, sequences, options);
  EXPECT_NEAR(*fit.teacher_loss, 1.0, 1e-12);
  EXPECT_NEAR(*twin_of(fit, TwinFamily::truncated, 40).loss, 1.0, 1e-12);
}

TEST(Twins, SayWhatIsTooLarge) {
  std::mt19937_64 engine(116);
  const auto cell = random_cell<double>({"elman", {}}, 40, 2, engine, 0.1);
  const std::vector<Matrix<double>> sequences{random_matrix<double>(40, 100, engine)};
  const TwinFit fit = fit_twins({cell.get(), {}}, sequences, {.largest_order = 64, .most_features = 200});
  ASSERT_EQ(fit.left_out.size(), 2U);
  EXPECT_NE(fit.left_out[0].find("orders above 4"), std::string::npos) << fit.left_out[0];
  EXPECT_NE(fit.left_out[1].find("40 inputs"), std::string::npos) << fit.left_out[1];
}

TEST(Twins, RefuseWhatMakesNoSense) {
  std::mt19937_64 engine(117);
  const auto cell = random_cell<double>({"elman", {}}, 1, 2, engine, 0.1);
  const std::vector<Matrix<double>> short_one{Matrix<double>::Ones(1, 7)}, wide{Matrix<double>::Ones(2, 20)};
  const std::vector<Matrix<double>> good{Matrix<double>::Ones(1, 20)};
  EXPECT_THROW(fit_twins({cell.get(), {}}, {}, {}), UsageError);
  EXPECT_THROW(fit_twins({cell.get(), {}}, short_one, {}), UsageError);
  EXPECT_THROW(fit_twins({cell.get(), {}}, wide, {}), UsageError);
  EXPECT_THROW(fit_twins({cell.get(), {}}, good, {.families = {}}), UsageError);
  EXPECT_THROW(fit_twins({cell.get(), {}}, good, {.held_out = 1.0}), UsageError);
  EXPECT_THROW(fit_twins({cell.get(), random_head(1, 5, engine)}, good, {}), UsageError);
  EXPECT_THROW(twin_family_named("transformer"), UsageError);
}

}  // namespace
}  // namespace unrecur
