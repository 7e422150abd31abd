// The context from both sides: what a witness needs is never more than what a certificate promises.
#include <gtest/gtest.h>

#include <cmath>

#include "models/formats/shared/recurrent_layer.h"
#include "models/layers/cell_registry.h"
#include "tests/models/random_model.h"
#include "theory/check/check.h"
#include "theory/memory/memory_proof.h"

namespace unrecur::context_bracket_test {
namespace {

using testing::CellCase;
using testing::random_cell;

class ContextBracket : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  }
};

/// h' = a h + x as a linear cell, and with a leak as an Elman network of identity.
std::unique_ptr<Cell<double>> scalar(double a, bool leaky) {
  auto cell = leaky ? make_cell<double>("elman", 1, 1, {{"activation", "identity"}, {"leak", "0.25"}})
                    : make_cell<double>("linear", 1, 1, {});
  // (1 − 1/4) + 1/4 w = a
  *find_parameter(cell->parameters(), "weight_hh_l0") << (leaky ? 4.0 * (a - 0.75) : a);
  *find_parameter(cell->parameters(), "weight_ih_l0") << (leaky ? 4.0 : 1.0);
  return cell;
}

/// h' = tanh(w h + x)
std::unique_ptr<Cell<double>> one_tanh(double w) {
  auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  *find_parameter(cell->parameters(), "weight_hh_l0") << w;
  *find_parameter(cell->parameters(), "weight_ih_l0") << 1.0;
  return cell;
}

TEST_F(ContextBracket, OfScalarSumsIsTheExactNumberAlmost) {
  constexpr double epsilon = 1e-3;
  for (const bool leaky : {false, true}) {
    for (const double a : {0.5, 0.8, 0.9, 0.97}) {
      const auto cell = scalar(a, leaky);
      const LayerReport report =
          check(*cell, {.epsilon = epsilon, .inputs = InputSet::box(1.0), .explain = false, .search_seconds = 5.0});
      // States fill [−1/(1 − a), 1/(1 − a)], so a^k/(1 − a) ≤ ε is enough and anything less is not.
      const double exact = std::ceil(std::log(epsilon * (1.0 - a)) / std::log(a));
      ASSERT_TRUE(report.context && report.memory.at_least()) << a;
      EXPECT_GE(static_cast<double>(report.context->steps), exact - 1e-9) << a;
      EXPECT_LE(static_cast<double>(report.context->steps), exact + 1.0) << a;
      EXPECT_LE(static_cast<double>(*report.memory.at_least()), exact) << a;
      EXPECT_GE(static_cast<double>(*report.memory.at_least()), 0.95 * exact - 1.0) << a;
    }
  }
}

/// Two such sums, one above the other, as one: h' = a h + x, g' = a g + h'. The constant inputs 1 and −1 lead to the
/// two states that are furthest apart in each entry, and A = [a 0; a a] has no negative one.
TEST_F(ContextBracket, OfTwoSumsIsTheExactNumberAlmost) {
  constexpr double epsilon = 1e-3, a = 0.8;
  const auto cell = make_cell<double>("stack", 1, 1, {{"layer", "linear"}, {"layers", "2"}});
  for (auto& parameter : cell->parameters()) {
    parameter.value.setConstant(parameter.name.starts_with("weight_hh") ? a : 1.0);
  }
  const Matrix<double> step = (Matrix<double>(2, 2) << a, 0.0, a, a).finished();
  Vector<double> apart = (Vector<double>(2) << 2.0 / (1.0 - a), 2.0 / ((1.0 - a) * (1.0 - a))).finished();
  Index exact = 0;  // the last number of common steps after which they are more than 2ε apart
  for (; (step * apart).norm() > 2.0 * epsilon; ++exact) apart = step * apart;
  const ProvedMemory memory = prove_memory(*cell, {.epsilon = epsilon, .inputs = InputSet::box(1.0), .seconds = 2.0});
  ASSERT_TRUE(memory.at_least());
  EXPECT_LE(*memory.at_least(), exact + 1);
  EXPECT_GE(*memory.at_least(), exact - 1);
}

/// A scan whose gate is f whatever it reads: c' = f c + (1 − f) tanh(x), of whose states, which fill [−tanh 1, tanh 1],
/// fᵏ times a difference is left after k common steps.
TEST_F(ContextBracket, OfAScanIsAlmostWhatItsGateSays) {
  constexpr double epsilon = 1e-3, a = 0.9;
  auto cell = make_cell<double>("qrnn", 1, 1, {{"pooling", "f"}, {"window", "1"}, {"cap", "0.9"}});
  find_parameter(cell->parameters(), "weight_ih_l0")->col(0) << 1.0, 0.0;
  find_parameter(cell->parameters(), "bias_ih_l0")->col(0) << 0.0, 40.0;
  const LayerReport report =
      check(*cell, {.epsilon = epsilon, .inputs = InputSet::box(1.0), .explain = false, .search_seconds = 1.0});
  const double exact = std::log(epsilon / std::tanh(1.0)) / std::log(a);
  ASSERT_TRUE(report.context && report.memory.at_least());
  EXPECT_GE(static_cast<double>(report.context->steps), exact - 1e-9);
  EXPECT_LE(static_cast<double>(*report.memory.at_least()), exact + 1.0);
  EXPECT_GE(static_cast<double>(*report.memory.at_least()), exact - 2.0);
  // The same witness says nothing of a scan that forgets faster.
  ASSERT_TRUE(report.memory.proved.witness);
  const auto quicker = make_cell<double>("qrnn", 1, 1, {{"pooling", "f"}, {"window", "1"}, {"cap", "0.88"}});
  quicker->parameters() = cell->parameters();
  const verify::Memory& witness = *report.memory.proved.witness;
  EXPECT_TRUE(verify::verify_memory({cell->kind(), cell->attributes(), &cell->parameters()}, witness).proved);
  EXPECT_FALSE(verify::verify_memory({quicker->kind(), quicker->attributes(), &quicker->parameters()}, witness).proved);
}

TEST_F(ContextBracket, NeverCrosses) {
  const std::vector<CellCase> cases{
      {"linear", {}},
      {"elman", {{"activation", "tanh"}}},
      {"elman", {{"activation", "sigmoid"}}},
      {"elman", {{"activation", "relu"}}},
      {"elman", {{"activation", "tanh"}, {"leak", "0.3"}}},
      {"lstm", {}},
      {"lstm", {{"recurrent_bias", "true"}}},
      {"capped_lstm", {{"cap", "0.8"}}},
      {"qrnn", {{"cap", "0.8"}}},
      {"stack", {{"layers", "2"}, {"layer", "mingru"}, {"cap", "0.8"}, {"skip", "dense"}}},
      {"stack", {{"layers", "2"}, {"layer", "lstm"}}},
      {"stack", {{"layers", "2"}, {"layer", "lstm"}, {"width", "2,1"}}},
      {"stack", {{"layers", "2"}, {"layer", "gru,lstm"}, {"0.reset", "after"}}},
      {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
      {"gru", {{"reset", "before"}}}};
  std::mt19937_64 engine(217);
  std::map<std::string, int> both;
  for (int trial = 0; trial < 120; ++trial) {
    const CellCase& which = cases[static_cast<std::size_t>(trial) % cases.size()];
    const int round = trial / static_cast<int>(cases.size());  // every kind at every scale
    const auto cell = random_cell<double>(which, 2, 1 + round % 4, engine, 0.2 + 0.1 * round);
    const double epsilon = round % 2 == 0 ? 1e-3 : 1e-6;
    const InputSet inputs = InputSet::box(1.0);
    const LayerReport report = check(*cell, {.epsilon = epsilon, .inputs = inputs, .explain = false});
    if (!report.context) continue;
    // Asked for as many steps as there are: a witness beyond the context would have to be found here.
    const ProvedMemory memory = prove_memory(*cell, {.epsilon = epsilon, .inputs = inputs, .seconds = 0.2});
    EXPECT_FALSE(memory.bistable) << which.kind << " " << trial;
    if (!memory.at_least()) continue;
    ++both[which.kind];
    EXPECT_LE(*memory.at_least(), report.context->steps) << which.kind << " " << trial;
  }
  for (const char* kind : {"linear", "elman", "lstm", "capped_lstm", "qrnn", "stack", "gru"}) {
    EXPECT_GE(both[kind], 3) << kind;
  }
}

TEST_F(ContextBracket, OneInputThatKeepsTwoStatesApartRefutes) {
  const auto cell = one_tanh(3.0);
  const LayerReport report = check(*cell, {.inputs = InputSet::box(1.0), .search_seconds = 5.0});
  ASSERT_TRUE(report.memory.for_ever());
  EXPECT_EQ(report.verdict, Verdict::refuted);
  EXPECT_EQ(report.reason, Reason::remembers_for_ever);
  EXPECT_GE(report.rate_lower->value, 1.0);
  EXPECT_TRUE(
      std::ranges::any_of(report.refutations(), [](const LowerRateBound* l) { return l->method == "bistable"; }));
  // A slope of 1 at zero forgets in the end, however slowly: nothing for ever.
  const LayerReport slow = check(*one_tanh(1.0), {.inputs = InputSet::box(1.0), .search_seconds = 5.0});
  EXPECT_FALSE(slow.memory.for_ever());
  EXPECT_NE(slow.reason, Reason::remembers_for_ever);
}

// Extreme inputs and the middle one push this unit to one side; the inputs that leave it where it is lie between.
TEST_F(ContextBracket, TheInputThatKeepsStatesApartMayLieInsideTheSet) {
  auto cell = one_tanh(3.0);
  *find_parameter(cell->parameters(), "weight_ih_l0") << 40.0;
  find_parameter(cell->parameters(), "bias_ih_l0")->setConstant(13.0);
  const LayerReport report = check(*cell, {.inputs = InputSet::box(1.0), .search_seconds = 5.0});
  ASSERT_TRUE(report.memory.for_ever());
  EXPECT_NEAR(report.memory.proved.bistable->input(0), -13.0 / 40.0, 2.0 / 40.0);
}

TEST_F(ContextBracket, IsNotAskedWhereItWouldSayNothing) {
  RecurrentLayer layer;
  layer.name = "h";
  layer.cell = "elman";
  layer.attributes = {{"activation", "tanh"}};
  layer.state_size = 1;
  layer.recurrent = Matrix<double>::Constant(1, 1, 3.0);
  const CheckOptions options{.inputs = InputSet::box(1.0), .explain = false, .search_seconds = 3.0};
  EXPECT_EQ(check(layer, options).memory.missing, NoMemory::unknown_inputs);
  layer.input = Matrix<double>::Constant(1, 1, 1.0);
  EXPECT_EQ(check(layer, options).memory.missing, NoMemory::none);
  EXPECT_EQ(check(layer, {.inputs = InputSet::box(1.0), .explain = false}).memory.missing, NoMemory::not_asked);
  layer.conjugate = true;
  const LayerReport conjugate = check(layer, options);
  EXPECT_EQ(conjugate.memory.missing, NoMemory::conjugate_states);
  EXPECT_FALSE(conjugate.memory.at_least() || conjugate.memory.for_ever());
}

// The verifier ran an LSTM whose gates are another function as if they were logistic.
TEST_F(ContextBracket, NoSequenceIsRunThroughACellWithAttributesThatAreNotKnown) {
  std::mt19937_64 engine(3);
  for (const CellCase& which : {CellCase{"lstm", {}}, CellCase{"gru", {{"reset", "after"}}}, CellCase{"elman", {}},
                                CellCase{"qrnn", {}}, CellCase{"stack", {{"layers", "2"}, {"layer", "sru"}}},
                                CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}}}}) {
    const auto cell = random_cell<double>(which, 1, 2, engine, 0.5);
    verify::Layer layer{which.kind, which.attributes, &cell->parameters()};
    EXPECT_EQ(verify::memory_obstacle(layer), "") << which.kind;
    layer.attributes["gates_of_another_kind"] = "yes";
    EXPECT_NE(verify::memory_obstacle(layer), "") << which.kind;
  }
}

/// Of cells that contract a run in doubles is nearly exact, and the enclosure has to agree with it from both sides.
TEST_F(ContextBracket, EnclosuresOfRunsHoldTheGapAndLittleElse) {
  const std::vector<CellCase> cases{
      {"linear", {}},
      {"elman", {{"activation", "tanh"}}},
      {"elman", {{"activation", "relu"}, {"leak", "0.3"}}},
      {"lstm", {}},
      {"lstm", {{"recurrent_bias", "true"}}},
      {"capped_lstm", {{"cap", "0.8"}}},
      {"qrnn", {{"window", "3"}, {"cap", "0.8"}}},
      {"qrnn", {{"pooling", "ifo"}, {"cap", "0.9"}}},
      {"qrnn", {{"pooling", "f"}, {"window", "1"}, {"cap", "0.9"}}},
      {"sru", {{"cap", "0.9"}, {"activation", "tanh"}}},
      {"mingru", {{"cap", "0.9"}}},
      {"minlstm", {{"cap", "0.9"}, {"activation", "tanh"}}},
      {"stack", {{"layers", "2"}, {"layer", "qrnn"}, {"cap", "0.9,0.8"}}},
      {"stack", {{"layers", "3"}, {"layer", "sru"}, {"cap", "0.8"}, {"skip", "residual"}}},
      {"stack", {{"layers", "3"}, {"layer", "minlstm"}, {"cap", "0.8"}, {"skip", "dense"}}},
      {"stack", {{"layers", "2"}, {"layer", "lstm"}}},
      {"stack", {{"layers", "3"}, {"layer", "lstm"}, {"skip", "dense"}}},
      {"stack", {{"layers", "3"}, {"layer", "lstm"}, {"width", "2,3,1"}, {"skip", "dense"}}},
      {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}, {"width", "3,2"}}},
      {"stack", {{"layers", "3"}, {"layer", "capped_lstm"}, {"cap", "0.8,0.9,0.7"}, {"skip", "residual"}}},
      {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}, {"recurrent_bias", "true"}}},
      {"stack", {{"layers", "3"}, {"layer", "gru"}, {"reset", "before"}, {"skip", "dense"}}},
      {"stack", {{"layers", "3"}, {"layer", "elman"}, {"activation", "tanh"}, {"leak", "0.4"}, {"skip", "residual"}}},
      {"stack", {{"layers", "2"}, {"layer", "linear"}, {"skip", "dense"}}},
      {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
      {"gru", {{"reset", "before"}, {"recurrent_bias", "true"}}}};
  std::mt19937_64 engine(71);
  for (int trial = 0; trial < 144; ++trial) {
    const CellCase& which = cases[static_cast<std::size_t>(trial) % cases.size()];
    const Index n = 1 + trial % 7;
    const auto cell = random_cell<double>(which, 2, n, engine, 0.6 / std::sqrt(static_cast<double>(n)));
    verify::Memory w{.first = testing::random_matrix<double>(2, 60, engine),
                     .second = testing::random_matrix<double>(2, 60, engine),
                     .suffix = testing::random_matrix<double>(2, 3, engine),
                     .steps = trial % 5,
                     .bits_per_step = 0.5 * (trial % 3)};
    Matrix<double> ends(cell->shape().state, 2);
    for (Index b : {0, 1}) {
      const Matrix<double>& prefix = b == 0 ? w.first : w.second;
      Matrix<double> s = Matrix<double>::Zero(cell->shape().state, 1);
      for (Index t = 0; t < prefix.cols(); ++t) s = step<double>(*cell, s, prefix.col(t));
      for (Index t = 0; t < w.steps; ++t) s = step<double>(*cell, s, w.suffix.col(t % 3));
      ends.col(b) = s;
    }
    const double gap = (ends.col(0) - ends.col(1)).norm();
    const verify::Layer layer{cell->kind(), cell->attributes(), &cell->parameters()};
    w.gap = gap * (1.0 - 1e-9) - 1e-13;
    if (w.gap <= 0.0) continue;
    const verify::Finding below = verify::verify_memory(layer, w);
    EXPECT_TRUE(below.proved) << which.kind << " " << trial << ": " << below.reason;
    w.gap = gap * (1.0 + 1e-9) + 1e-13;
    EXPECT_FALSE(verify::verify_memory(layer, w).proved) << which.kind << " " << trial;
  }
}

}  // namespace
}  // namespace unrecur::context_bracket_test
