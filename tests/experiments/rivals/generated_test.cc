#include "experiments/rivals/generated.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "experiments/rivals/speech.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

ModelSpec symbol_model(const char* cell, Index symbols) {
  ModelSpec spec;
  spec.symbols = spec.outputs = symbols;
  spec.embedding = 3;
  spec.cell = cell;
  spec.units = 5;
  spec.loss = "softmax";
  return spec;
}

TEST(GeneratedSymbols, AreThoseThatAModelIsSureOf) {
  // z = E x₁ … with a decoder that asks for the next symbol of a ring, whatever the layers say: 0, 1, 2, 3, 0, …
  ModelSpec spec = symbol_model("elman", 4);
  spec.units = 4;
  spec.embedding = 4;
  SequenceModel<float> model(spec);
  model.encoder().setIdentity();
  for (auto& p : model.layers().parameters()) {
    if (p.name == "weight_ih_l0") p.value = 3.0f * Matrix<float>::Identity(4, 4);
  }
  for (auto& p : model.decoder().parameters()) {
    if (p.name != "weight") continue;
    for (Index j = 0; j < 4; ++j) p.value((j + 1) % 4, j) = 100.0f;
  }
  EXPECT_EQ(generated_symbols(model, 2, 6, 1), (std::vector<int>{3, 0, 1, 2, 3, 0}));
}

TEST(GeneratedSymbols, HaveTheProbabilitiesThatTheModelGives) {
  // No weights but the decoder's bias: symbols are drawn from softmax(b), one like the other.
  SequenceModel<float> model(symbol_model("lstm", 3));
  for (auto& p : model.decoder().parameters()) {
    if (p.name == "bias")
      p.value.reshaped() = (Vector<float>(3) << std::log(1.0f), std::log(2.0f), std::log(5.0f)).finished();
  }
  const std::vector<int> symbols = generated_symbols(model, 0, 8000, 5);
  const double expected[] = {1000.0, 2000.0, 5000.0};
  for (int value = 0; value < 3; ++value) {
    EXPECT_NEAR(static_cast<double>(std::ranges::count(symbols, value)), expected[value], 150.0) << value;
  }
  EXPECT_EQ(symbols, generated_symbols(model, 0, 8000, 5));
  EXPECT_NE(symbols, generated_symbols(model, 0, 8000, 6));
}

TEST(GeneratedSymbols, WantAModelThatPredictsWhatItReads) {
  ModelSpec frames = symbol_model("lstm", 3);
  frames.symbols = 0;
  frames.embedding = 0;
  frames.frame = 3;
  EXPECT_THROW(generated_symbols(SequenceModel<float>(frames), 0, 4, 1), UsageError);
  EXPECT_THROW(generated_symbols(SequenceModel<float>(symbol_model("lstm", 3)), 3, 4, 1), UsageError);
  EXPECT_THROW(generated_symbols(SequenceModel<float>(symbol_model("lstm", 3)), -1, 4, 1), UsageError);
}

}  // namespace
}  // namespace unrecur
