#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "experiments/support/random.h"
#include "theory/stable_sets/lstm_bounds.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur::lstm_sets_test {
namespace {

constexpr Index kUnits = 14, kInputs = 5;

const std::vector<std::string>& set_names() {
  static const std::vector<std::string> names = {"miller_hardt", "miller_hardt_l1", "comparison_matrix", "block_2norm"};
  return names;
}

InputBounds unit_box() {
  return {Vector<float>::Zero(kInputs), Vector<float>::Ones(kInputs)};
}

void randomise(SequenceModel<float>& model, std::uint64_t seed, double scale) {
  for_each_weight(model, [&](const std::string& name, Matrix<float>& w, int) {
    RandomStream random(seed, name, 0);
    for (Index i = 0; i < w.size(); ++i) w.data()[i] = static_cast<float>(scale * random.normal());
  });
}

SequenceModel<float> dense_model(std::uint64_t seed, double scale = 0.7, bool recurrent_bias = false) {
  ModelSpec spec;
  spec.frame = kInputs;
  spec.cell = "lstm";
  if (recurrent_bias) spec.attributes = {{"recurrent_bias", "true"}};
  spec.units = kUnits;
  spec.outputs = 2;
  spec.loss = "squared";
  SequenceModel<float> model(spec);
  randomise(model, seed, scale);
  return model;
}

SequenceModel<float> symbol_model(std::uint64_t seed, Index window) {
  ModelSpec spec;
  spec.symbols = 9;
  spec.embedding = 4;
  spec.window = window;
  spec.cell = "lstm";
  spec.units = kUnits;
  spec.outputs = 3;
  spec.loss = "softmax";
  SequenceModel<float> model(spec);
  randomise(model, seed, 0.6);
  return model;
}

Matrix<float>& weights_of(SequenceModel<float>& model, const char* name = "weight_hh_l0") {
  return *find_parameter(model.cell().parameters(), name);
}

double distance(const SequenceModel<float>& a, const SequenceModel<float>& b) {
  double squares = 0.0;
  for (std::size_t i = 0; i < a.cell().parameters().size(); ++i) {
    squares += (a.cell().parameters()[i].value - b.cell().parameters()[i].value).cast<double>().squaredNorm();
  }
  return std::sqrt(squares);
}

TEST(LstmSets, WhatIsProjectedIsProved) {
  for (const std::string& name : set_names()) {
    for (const double rate : {0.8, 0.95, 1.0}) {
      for (std::uint64_t seed = 0; seed < 6; ++seed) {
        const auto set = make_stable_set(name, {.rate = rate, .inputs = unit_box()});
        SequenceModel<float> model = dense_model(seed, 0.1 + 0.3 * static_cast<double>(seed), seed % 2 == 1);
        set->project(model);
        const auto proved = set->prove(model);
        ASSERT_TRUE(proved) << name << " " << rate << " " << seed;
        EXPECT_LT(proved->value, 1.0);
        EXPECT_LE(proved->value, rate) << name;
        EXPECT_EQ(proved->rigour, Rigour::proved);
      }
    }
  }
}

TEST(LstmSets, ACapStandsInForTheCeilingAndLeavesTheForgetGatesDrive) {
  for (const char* name : {"comparison_matrix", "block_2norm"}) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      ModelSpec spec = dense_model(seed).spec();
      spec.cell = "capped_lstm";
      spec.attributes = {{"cap", "0.9"}};
      SequenceModel<float> model(spec);
      randomise(model, seed, 0.1 + 0.3 * static_cast<double>(seed));
      const Matrix<float> drive = weights_of(model, "weight_ih_l0"), bias = weights_of(model, "bias_ih_l0");
      const auto set = make_stable_set(name, {.rate = 0.99, .inputs = unit_box()});
      set->project(model);
      EXPECT_EQ(weights_of(model, "weight_ih_l0"), drive) << name;
      EXPECT_EQ(weights_of(model, "bias_ih_l0"), bias) << name;
      const auto proved = set->prove(model);
      ASSERT_TRUE(proved) << name << " " << seed;
      EXPECT_LE(proved->value, 0.99) << name;
      EXPECT_THROW(make_stable_set(name, {.rate = 0.9, .inputs = unit_box()})->project(model), UsageError) << name;
    }
  }
  SequenceModel<float> plain = dense_model(1);
  EXPECT_FALSE(forget_cap(plain.cell()));
}

TEST(LstmSets, EveryStepContractsInTheMaximumNorm) {
  // Proposition 2 as a single step: on |c| ≤ 1/(1 − f̄) the rate of the set bounds max(|Δc|, |Δh|).
  for (const std::string name : {"miller_hardt", "miller_hardt_l1"}) {
    SequenceModel<float> model = dense_model(3, 3.0);
    make_stable_set(name, {.rate = 0.9, .ceiling = 0.6, .inputs = unit_box()})->project(model);
    RandomStream random(5, "pairs", 0);
    for (int trial = 0; trial < 3000; ++trial) {
      Matrix<float> s(2 * kUnits, 2), x(kInputs, 2);
      for (Index i = 0; i < kInputs; ++i) x(i, 0) = x(i, 1) = random.bernoulli(0.5) ? 1.0F : 0.0F;
      for (Index i = 0; i < s.size(); ++i) {
        const double reach = i % (2 * kUnits) < kUnits ? 2.5 : 1.0;
        s.data()[i] = static_cast<float>(reach * (2.0 * random.uniform() - 1.0));
      }
      if (trial % 2 == 0) s.col(1) = s.col(0) + 1e-2F * s.col(1);
      const Matrix<float> next = step<float>(model.cell(), s, x);
      const float before = (s.col(0) - s.col(1)).lpNorm<Eigen::Infinity>();
      EXPECT_LE((next.col(0) - next.col(1)).lpNorm<Eigen::Infinity>(), 0.9F * before + 1e-6F) << name;
    }
  }
}

TEST(LstmSets, RowsMeetTheBoundsOfThePaper) {
  for (const std::string name : {"miller_hardt", "miller_hardt_l1"}) {
    SequenceModel<float> model = dense_model(7, 2.0);
    make_stable_set(name, {.inputs = unit_box()})->project(model);
    const Vector<float> sums = weights_of(model).cwiseAbs().rowwise().sum();
    const auto largest = [&](Index gate) { return sums.segment(gate * kUnits, kUnits).maxCoeff(); };
    EXPECT_NEAR(largest(kInput), 0.36, 1e-4);
    EXPECT_NEAR(largest(kOutput), 0.36, 1e-4);
    EXPECT_NEAR(largest(kCandidate), 0.09, 1e-4);
    EXPECT_NEAR(largest(kForget), 0.1296, 1e-4);
    const DriveRange drive = drive_range(model, unit_box(), kForget * kUnits, kUnits);
    const Vector<float> reach = drive.high + sums.segment(kForget * kUnits, kUnits);
    EXPECT_LE(reach.maxCoeff(), std::log(0.64 / 0.36));
    EXPECT_NEAR(reach.maxCoeff(), std::log(0.64 / 0.36), 1e-3);  // and the set is not smaller than it says
  }
}

TEST(LstmSets, TheNearestPointIsNoFartherThanTheScaledOne) {
  SequenceModel<float> nearest = dense_model(9), scaled = dense_model(9);
  const SequenceModel<float> before = nearest;
  make_stable_set("miller_hardt_l1", {.inputs = unit_box()})->project(nearest);
  make_stable_set("miller_hardt", {.inputs = unit_box()})->project(scaled);
  const auto moved = [&](SequenceModel<float>& m) {
    return (weights_of(m) - *find_parameter(before.cell().parameters(), "weight_hh_l0")).norm();
  };
  EXPECT_LT(moved(nearest), 0.999F * moved(scaled));
}

TEST(LstmSets, ComparisonMatrixMeetsItsWitness) {
  SequenceModel<float> model = dense_model(4);
  const auto set = make_stable_set("comparison_matrix", {.rate = 0.9, .inputs = unit_box()});
  for (int call = 0; call < 130; ++call) {  // the witness moves twice
    RandomStream random(8, "noise", static_cast<std::uint64_t>(call));
    Matrix<float>& r = weights_of(model);
    for (Index i = 0; i < r.size(); ++i) r.data()[i] += static_cast<float>(0.05 * random.normal());
    set->project(model);
  }
  const Parameters<float> state = set->save();
  const Vector<double> v = find_parameter(state, "witness")->cast<double>().col(0);
  EXPECT_GT(v.maxCoeff() / v.minCoeff(), 1.01) << "the witness never moved";
  const LstmRowWeights bounds = lstm_row_weights(model, unit_box());
  const Vector<double> image = floating_comparison(weights_of(model), bounds) * v;
  EXPECT_LE((image.array() / v.array()).maxCoeff(), 0.9);
  EXPECT_GT((image.array() / v.array()).maxCoeff(), 0.8);
  EXPECT_LE(set->prove(model).value().value, 0.9);
}

TEST(LstmSets, ProjectingAgainChangesNothing) {
  for (const std::string& name : set_names()) {
    const auto set = make_stable_set(name, {.rate = 0.95, .inputs = unit_box()});
    SequenceModel<float> model = dense_model(2);
    set->project(model);
    const SequenceModel<float> once = model;
    set->project(model);
    EXPECT_LT(distance(once, model), 1e-5) << name;
    EXPECT_GT(distance(once, dense_model(2)), 1.0) << name;
  }
}

/// The same network with its units in reverse order.
SequenceModel<float> reversed(const SequenceModel<float>& model) {
  SequenceModel<float> result = model;
  for (auto& p : result.cell().parameters()) {
    for (Index gate = 0; gate < 4; ++gate) {
      p.value.middleRows(gate * kUnits, kUnits) = p.value.middleRows(gate * kUnits, kUnits).colwise().reverse().eval();
    }
    if (p.name == "weight_hh_l0") p.value = p.value.rowwise().reverse().eval();
  }
  return result;
}

TEST(LstmSets, OrderOfUnitsDoesNotMatter) {
  for (const std::string& name : set_names()) {
    SequenceModel<float> a = dense_model(6), b = reversed(a);
    make_stable_set(name, {.rate = 0.9, .inputs = unit_box()})->project(a);
    make_stable_set(name, {.rate = 0.9, .inputs = unit_box()})->project(b);
    EXPECT_LT(distance(reversed(a), b), 1e-5) << name;
  }
}

TEST(LstmSets, JustOutsideIsNotProved) {
  for (const std::string& name : set_names()) {
    const auto set = make_stable_set(name, {.rate = 1.0, .inputs = unit_box()});
    SequenceModel<float> model = dense_model(12, 4.0);
    set->project(model);
    EXPECT_TRUE(set->prove(model));
    SequenceModel<float> remembering = model;  // one forget gate that can come arbitrarily near 1
    weights_of(remembering, "bias_ih_l0")(kForget * kUnits) = 1e6F;
    EXPECT_FALSE(set->prove(remembering)) << name;
    SequenceModel<float> strong = model;
    weights_of(strong).middleRows(kCandidate * kUnits, kUnits).diagonal().setConstant(4.0F);
    EXPECT_FALSE(set->prove(strong)) << name;
    SequenceModel<float> broken = model;
    weights_of(broken)(0, 0) = std::nanf("");
    EXPECT_FALSE(set->prove(broken)) << name;
  }
}

TEST(LstmSets, InputsAreTheWindowsOfTheVocabulary) {
  for (const Index window : {1, 2}) {
    SequenceModel<float> model = symbol_model(1, window);
    const DriveRange drive = drive_range(model, {}, 0, 4 * kUnits);
    const auto proof = input_set(model, {}).drive_range(weights_of(model, "weight_ih_l0").cast<double>(),
                                                        weights_of(model, "bias_ih_l0").cast<double>().col(0));
    for (Index j = 0; j < 4 * kUnits; ++j) {  // all 9 or 81 windows one by one
      double low = INFINITY, high = -INFINITY;
      for (Index a = 0; a < 9; ++a) {
        for (Index b = 0; b < (window == 2 ? 9 : 1); ++b) {
          const auto row = weights_of(model, "weight_ih_l0").row(j);
          double value = row.head(4).dot(model.encoder().col(a)) + weights_of(model, "bias_ih_l0")(j);
          if (window == 2) value += row.tail(4).dot(model.encoder().col(b));
          low = std::min(low, value);
          high = std::max(high, value);
        }
      }
      EXPECT_NEAR(drive.low(j), low, 1e-5);
      EXPECT_NEAR(drive.high(j), high, 1e-5);
      EXPECT_NEAR(proof[static_cast<std::size_t>(j)].low, low, 1e-5);
      EXPECT_NEAR(proof[static_cast<std::size_t>(j)].high, high, 1e-5);
    }
    for (const std::string& name : set_names()) {
      const auto set = make_stable_set(name, {.rate = 0.95});
      set->project(model);
      EXPECT_LE(set->prove(model).value().value, 0.95) << name;
    }
  }
}

TEST(LstmSets, AStateThatIsSavedGoesOnWithTheSameBits) {
  SequenceModel<float> a = dense_model(5), b = a;
  for (const std::string name : {"comparison_matrix", "block_2norm"}) {
    const auto fresh = [&] { return make_stable_set(name, {.rate = 0.9, .inputs = unit_box()}); };
    const auto one = fresh();
    auto two = fresh();
    for (int call = 0; call < 150; ++call) {
      weights_of(a).array() += 0.01F;
      weights_of(b).array() += 0.01F;
      one->project(a);
      two->project(b);
      const Parameters<float> state = two->save();
      two = fresh();
      two->restore(state);
    }
    EXPECT_EQ(distance(a, b), 0.0) << name;
  }
}

TEST(LstmSets, SayWhatTheyAreFor) {
  ModelSpec spec{.frame = kInputs, .cell = "elman", .units = 4, .outputs = 2, .loss = "squared"};
  for (const std::string& name : set_names()) {
    SequenceModel<float> elman(spec);
    EXPECT_THROW(make_stable_set(name, {.inputs = unit_box()})->project(elman), UsageError) << name;
    SequenceModel<float> model = dense_model(1);
    EXPECT_THROW(make_stable_set(name, {})->project(model), UsageError) << name;  // no bound of the inputs
    EXPECT_THROW(make_stable_set(name, {.rate = 0.6, .ceiling = 0.7}), UsageError) << name;
  }
}

}  // namespace
}  // namespace unrecur::lstm_sets_test
