#include "experiments/training/optimiser.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "experiments/training/checkpoint.h"
#include "experiments/training/initialise.h"
#include "tests/experiments/teacher_model.h"

namespace unrecur::optimiser_test {
namespace {

SequenceModel<float> symbol_model() {
  SequenceModel<float> model({.symbols = 6, .embedding = 3, .units = 4, .layers = 2, .outputs = 5, .loss = "softmax"});
  initialise(model, {.seed = 2});
  return model;
}

/// Gradients that change from step to step; of the embedding only two columns.
Gradients<float> gradients_of_step(const SequenceModel<float>& model, int step) {
  Gradients<float> gradients = model.make_gradients();
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    for (Index j = 0; j < gradients.value(i).size(); ++j) {
      gradients.value(i).data()[j] = static_cast<float>(std::sin(1.0 + 3.0 * step + 0.7 * static_cast<double>(j)));
    }
  }
  gradients.set_embedding({{step % 6, (step + 2) % 6}, Matrix<float>::Constant(3, 2, 0.1F * static_cast<float>(step))});
  return gradients;
}

/// Steps of one number, by the rule of the optimiser in double.
struct Reference {
  double w, m = 0.0, v = 0.0;
  void adam(double g, int t, double rate) {
    m = 0.9 * m + 0.1 * g;
    v = 0.99 * v + 0.01 * g * g;
    w -= rate * (m / (1.0 - std::pow(0.9, t))) / (std::sqrt(v / (1.0 - std::pow(0.99, t))) + 1e-6);
  }
  void momentum(double g, double mu, double rate) {
    v = mu * v + g;
    w -= rate * v;
  }
};

/// Ten steps of every weight against its reference, clipped from the third step on.
template <class Rule>
void expect_reference(Optimiser& optimiser, const Rule& rule) {
  SequenceModel<float> model = symbol_model();
  std::vector<std::vector<Reference>> expected;
  for_each_weight(model, [&](const std::string&, const Matrix<float>& w, int) {
    auto& numbers = expected.emplace_back();
    for (Index j = 0; j < w.size(); ++j) numbers.push_back({static_cast<double>(w.data()[j])});
  });
  const StepFactors factors{.embedding = 2.0, .decoder = 0.5};
  for (int t = 1; t <= 10; ++t) {
    const Gradients<float> gradients = gradients_of_step(model, t);
    const double clip = t < 3 ? 0.0 : 0.25, rate = 0.1 / t;
    const double norm = std::sqrt(gradients.squared_norm());
    EXPECT_EQ(optimiser.step(model, gradients, {.learning_rate = rate, .clip = clip, .factors = factors}), norm);
    std::size_t i = 0;
    for_each_weight(model, [&](const std::string& name, const Matrix<float>& w, int) {
      const Matrix<float> g = gradients.dense(i, w.cols());
      const double factor = name.starts_with("encoder.") ? 2.0 : name.starts_with("decoder.") ? 0.5 : 1.0;
      for (Index j = 0; j < w.size(); ++j) {
        Reference& r = expected[i][static_cast<std::size_t>(j)];
        const double shrink = clip > 0.0 && norm > clip ? clip / norm : 1.0;
        rule(r, shrink * static_cast<double>(g.data()[j]), t, rate * factor);
        EXPECT_NEAR(w.data()[j], r.w, 3e-6) << name << " entry " << j << " step " << t;
      }
      ++i;
    });
  }
}

TEST(Optimisers, AdamFollowsItsRule) {
  Adam adam({.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-6});
  expect_reference(adam, [](Reference& r, double g, int t, double rate) { r.adam(g, t, rate); });
}

TEST(Optimisers, SgdFollowsItsRuleWithAndWithoutMomentum) {
  for (const double mu : {0.0, 0.9}) {
    Sgd sgd(mu);
    expect_reference(sgd, [mu](Reference& r, double g, int, double rate) { r.momentum(g, mu, rate); });
  }
}

TEST(Optimisers, FirstStepOfAdamIsTheLearningRateWhateverTheGradient) {
  auto model = testing::student(5, 3);
  const auto before = all_weights(model);
  auto gradients = model.make_gradients();
  for (std::size_t i = 0; i < gradients.size(); ++i) gradients.value(i).setConstant(i % 2 == 0 ? 1e-3F : -70.0F);
  Adam({}).step(model, gradients, {.learning_rate = 0.01});
  const auto after = all_weights(model);
  for (std::size_t i = 0; i < after.size(); ++i) {
    const float step = i % 2 == 0 ? 0.01F : -0.01F;
    EXPECT_LT(((before[i].value - after[i].value).array() - step).abs().maxCoeff(), 1e-6F) << after[i].name;
  }
}

TEST(Optimisers, GoOnFromWhatTheySaved) {
  for (const OptimiserOptions& options :
       {OptimiserOptions{.name = "sgd", .momentum = 0.5}, OptimiserOptions{.name = "adam"}}) {
    auto whole = symbol_model(), parts = whole;
    const auto one = make_optimiser(options);
    auto first = make_optimiser(options);
    for (int t = 1; t <= 9; ++t) {
      one->step(whole, gradients_of_step(whole, t), {.learning_rate = 0.1, .clip = 1.0});
      first->step(parts, gradients_of_step(parts, t), {.learning_rate = 0.1, .clip = 1.0});
      const Parameters<float> saved = first->save();
      first = make_optimiser(options);
      first->restore(saved);
    }
    const auto a = all_weights(whole), b = all_weights(parts);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].value, b[i].value) << options.name << " " << a[i].name;
  }
}

TEST(Optimisers, UnknownNamesAndForeignStatesAreRefused) {
  EXPECT_THROW(make_optimiser({.name = "lbfgs"}), UsageError);
  auto model = symbol_model();
  auto other = testing::student(5, 3);
  Adam adam({});
  adam.step(other, other.make_gradients(), {});
  EXPECT_THROW(adam.step(model, model.make_gradients(), {}), UsageError);
}

}  // namespace
}  // namespace unrecur::optimiser_test
