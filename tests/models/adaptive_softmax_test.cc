#include "models/decoders/adaptive_softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "base/errors.h"
#include "tests/models/json_matrix.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::matrix;

template <class S>
void expect_near(const Matrix<S>& ours, const Matrix<S>& theirs, double tolerance, const std::string& what) {
  ASSERT_EQ(ours.rows(), theirs.rows()) << what;
  ASSERT_EQ(ours.cols(), theirs.cols()) << what;
  EXPECT_LE(static_cast<double>((ours - theirs).cwiseAbs().maxCoeff()), tolerance) << what;
}

/// Replays what make_pytorch_cases.py wrote: log-probabilities, loss and every gradient.
template <class S>
void agrees_with_pytorch(const char* numbers, double tolerance) {
  const json file = json::parse(std::ifstream(UNRECUR_SOURCE_DIR "/tests/models/data/adaptive_softmax.json"));
  const json& c = file.at(numbers);
  const Matrix<S> h = matrix<S>(c.at("h"));
  AdaptiveSoftmax<S> decoder(file.at("outputs"), h.rows(), file.at("cutoffs").get<std::vector<Index>>());
  std::size_t theirs = 0;
  for (auto& p : decoder.parameters()) {
    if (!c.at("weights").contains(p.name)) continue;
    p.value = matrix<S>(c.at("weights").at(p.name));
    ++theirs;
  }
  ASSERT_EQ(theirs, c.at("weights").size());
  expect_near<S>(decoder.predict(h), matrix<S>(c.at("log_probability")), tolerance, "log-probabilities");

  Targets<S> targets;
  targets.symbols = c.at("targets").get<std::vector<int>>();
  Parameters<S> gradient = zeros_like(decoder.parameters());
  Matrix<S> d_h, room;
  const double columns = static_cast<double>(h.cols());
  const double sum = decoder.differentiate(h, targets, static_cast<S>(1.0 / columns), gradient, d_h, room);
  EXPECT_NEAR(sum / columns, c.at("loss").get<double>(), tolerance);
  EXPECT_NEAR(decoder.evaluate(h, targets), sum, tolerance * columns);
  expect_near<S>(d_h, matrix<S>(c.at("d_h")), tolerance, "gradient of h");
  for (const auto& p : gradient) {
    if (c.at("d_weights").contains(p.name)) {
      expect_near<S>(p.value, matrix<S>(c.at("d_weights").at(p.name)), tolerance, p.name);
    }
  }
}

TEST(AdaptiveSoftmax, AgreesWithPyTorchInDouble) {
  agrees_with_pytorch<double>("float64", 1e-10);
}

TEST(AdaptiveSoftmax, AgreesWithPyTorchInFloat) {
  agrees_with_pytorch<float>("float32", 1e-5);
}

TEST(AdaptiveSoftmax, ProbabilitiesAddUpToOneAndAreTheLoss) {
  std::mt19937_64 engine(2);
  AdaptiveSoftmax<double> decoder(11, 5, {4, 6});
  testing::randomise(decoder.parameters(), engine, 1.5);
  const Matrix<double> h = testing::random_matrix<double>(5, 11, engine);
  const Matrix<double> z = decoder.predict(h);
  Targets<double> targets;
  double sum = 0.0;
  for (int y = 0; y < 11; ++y) {
    EXPECT_NEAR(z.col(y).array().exp().sum(), 1.0, 1e-13);
    targets.symbols.push_back(y);
    sum -= z(y, y);
  }
  EXPECT_NEAR(decoder.evaluate(h, targets), sum, 1e-12 * sum);
}

TEST(AdaptiveSoftmax, ABatchWithoutATailsSymbolsLeavesItsGradientZero) {
  std::mt19937_64 engine(3);
  AdaptiveSoftmax<double> decoder(11, 5, {4, 6});
  testing::randomise(decoder.parameters(), engine, 1.0);
  const Matrix<double> h = testing::random_matrix<double>(5, 2, engine);
  Targets<double> targets;
  targets.symbols = {1, 7};
  Parameters<double> gradient = zeros_like(decoder.parameters());
  Matrix<double> d_h, room;
  decoder.differentiate(h, targets, 1.0, gradient, d_h, room);
  for (const auto& p : gradient) EXPECT_EQ(p.value.isZero(0.0), p.name.starts_with("tail.0")) << p.name;
}

TEST(AdaptiveSoftmax, CutoffsAndSymbolsWithoutSenseAreRefused) {
  using Cutoffs = std::vector<Index>;
  for (const Cutoffs& cutoffs : {Cutoffs{0}, Cutoffs{11}, Cutoffs{5, 5}, Cutoffs{6, 4}}) {
    EXPECT_THROW(AdaptiveSoftmax<double>(11, 5, cutoffs), UsageError);
  }
  EXPECT_THROW(make_decoder<double>({11, 5, "squared", {4}}), UsageError);
  const AdaptiveSoftmax<double> decoder(11, 5, {4});
  Targets<double> targets;
  targets.symbols = {11};
  EXPECT_THROW(decoder.evaluate(Matrix<double>::Zero(5, 1), targets), UsageError);
  EXPECT_THROW(decoder.evaluate(Matrix<double>::Zero(5, 2), targets), UsageError);
}

}  // namespace
}  // namespace unrecur
