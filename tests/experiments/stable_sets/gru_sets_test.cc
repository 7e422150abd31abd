#include <gtest/gtest.h>

#include "base/errors.h"
#include "experiments/support/random.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur::gru_sets_test {
namespace {

constexpr Index kUnits = 12, kInputs = 4;

SequenceModel<float> gru_model(std::uint64_t seed, const std::string& reset, bool recurrent_bias, double scale) {
  ModelSpec spec;
  spec.frame = kInputs;
  spec.cell = "gru";
  spec.attributes = {{"reset", reset}, {"recurrent_bias", recurrent_bias ? "true" : "false"}};
  spec.units = kUnits;
  spec.outputs = 2;
  spec.loss = "squared";
  SequenceModel<float> model(spec);
  for_each_weight(model, [&](const std::string& name, Matrix<float>& w, int) {
    RandomStream random(seed, name, 0);
    for (Index i = 0; i < w.size(); ++i) w.data()[i] = static_cast<float>(scale * random.normal());
  });
  return model;
}

StableSetOptions options(double rate) {
  return {.rate = rate, .inputs = {Vector<float>::Zero(kInputs), Vector<float>::Ones(kInputs)}};
}

/// Largest ratio of max|Δh| after one step to that before, over random pairs of states and corners of the input box.
double worst_step(const SequenceModel<float>& model, int pairs) {
  RandomStream random(5, "pairs", 0);
  double worst = 0.0;
  for (int trial = 0; trial < pairs; ++trial) {
    Matrix<float> s(kUnits, 2), x(kInputs, 2);
    for (Index i = 0; i < kInputs; ++i) x(i, 0) = x(i, 1) = random.bernoulli(0.5) ? 1.0F : 0.0F;
    for (Index i = 0; i < s.size(); ++i) s.data()[i] = static_cast<float>(2.0 * random.uniform() - 1.0);
    if (trial % 2 == 0) s.col(1) = 0.95F * s.col(0) + 0.02F * s.col(1);
    const Matrix<float> next = step<float>(model.cell(), s, x);
    worst = std::max<double>(
        worst, (next.col(0) - next.col(1)).lpNorm<Eigen::Infinity>() / (s.col(0) - s.col(1)).lpNorm<Eigen::Infinity>());
  }
  return worst;
}

class GruSet : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Sets, GruSet, ::testing::Values("delta_iss", "comparison_gru"));

TEST_P(GruSet, WhatIsProjectedIsProvedAndContracts) {
  for (const std::string reset : {"before", "after"}) {
    for (const bool bias : {false, true}) {
      for (const double rate : {0.8, 0.95, 1.0}) {
        SequenceModel<float> model = gru_model(3, reset, bias, 1.5);
        const auto set = make_stable_set(GetParam(), options(rate));
        EXPECT_FALSE(set->prove(model)) << "weights this large are proved without the projection";
        set->project(model);
        const auto proved = set->prove(model);
        ASSERT_TRUE(proved) << reset << bias << rate;
        EXPECT_LE(proved->value, rate);
        // comparison_gru contracts in a weighted norm; its witness is all ones in the first steps.
        EXPECT_LE(worst_step(model, 2000), rate + 1e-5);
        const Parameters<float> once = model.cell().parameters();
        set->project(model);
        for (std::size_t i = 0; i < once.size(); ++i) {
          EXPECT_LT((once[i].value - model.cell().parameters()[i].value).norm(), 1e-5F);
        }
      }
    }
  }
}

TEST_P(GruSet, JustOutsideIsNotProved) {
  SequenceModel<float> model = gru_model(4, "after", false, 2.0);
  const auto set = make_stable_set(GetParam(), options(1.0));
  set->project(model);
  SequenceModel<float> remembering = model;
  (*find_parameter(remembering.cell().parameters(), "bias_ih_l0"))(kUnits) = 1e6F;
  EXPECT_FALSE(set->prove(remembering));
  SequenceModel<float> strong = model;
  find_parameter(strong.cell().parameters(), "weight_hh_l0")->bottomRows(kUnits).diagonal().setConstant(5.0F);
  EXPECT_FALSE(set->prove(strong));
}

TEST_P(GruSet, SaysWhatItIsFor) {
  SequenceModel<float> lstm(ModelSpec{.frame = kInputs, .cell = "lstm", .units = 3, .outputs = 1, .loss = "squared"});
  EXPECT_THROW(make_stable_set(GetParam(), options(0.9))->project(lstm), UsageError);
  SequenceModel<float> model = gru_model(4, "after", false, 1.0);
  EXPECT_THROW(make_stable_set(GetParam(), {})->project(model), UsageError);
}

/// Over many steps the witness moves, and what is kept stays proved, in steps large and small.
TEST(GruSets, ComparisonStaysProvedAlongARunAndGoesOnFromItsState) {
  for (const std::string reset : {"before", "after"}) {
    SequenceModel<float> model = gru_model(7, reset, true, 0.4);
    const auto set = make_stable_set("comparison_gru", options(0.95));
    auto other = make_stable_set("comparison_gru", options(0.95));
    SequenceModel<float> resumed = model;
    for (int step = 0; step < 150; ++step) {
      RandomStream random(9, "step", static_cast<std::uint64_t>(step));
      Matrix<float>& r = *find_parameter(model.cell().parameters(), "weight_hh_l0");
      for (Index i = 0; i < r.size(); ++i) r.data()[i] += static_cast<float>(0.05 * random.normal());
      if (step == 100) {
        resumed = model;
        other->restore(set->save());
      }
      set->project(model);
      if (step % 10 == 0) {
        const auto proved = set->prove(model);
        ASSERT_TRUE(proved) << reset << step;
        EXPECT_LE(proved->value, 0.95) << reset << step;
      }
      if (step < 100) continue;
      Matrix<float>& q = *find_parameter(resumed.cell().parameters(), "weight_hh_l0");
      if (step > 100) {
        RandomStream again(9, "step", static_cast<std::uint64_t>(step));
        for (Index i = 0; i < q.size(); ++i) q.data()[i] += static_cast<float>(0.05 * again.normal());
      }
      other->project(resumed);
      ASSERT_EQ(q, *find_parameter(model.cell().parameters(), "weight_hh_l0")) << reset << step;
    }
  }
}

}  // namespace
}  // namespace unrecur::gru_sets_test
