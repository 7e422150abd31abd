// Residual blocks: their gradients, and the masks within them.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>

#include "models/layers/layer_registry.h"
#include "models/layers/sequential.h"
#include "tests/models/random_model.h"

namespace unrecur::block_test {
namespace {

using testing::random_matrix;
using testing::randomise;

std::unique_ptr<Sequential<double>> tcn_of(Index layers, const std::string& kernel, std::uint64_t seed) {
  const Attributes attributes = feedforward_type("tcn")->in_stack({{"kernel", kernel}}, layers);
  auto net =
      make_sequential<double>({.kind = "tcn", .inputs = 3, .width = 4, .attributes = attributes, .layers = layers});
  std::mt19937_64 engine(seed);
  randomise(net->parameters(), engine, 0.8);
  return net;
}

TEST(Block, GradientsOfResidualBlocksAgreeWithDifferencesAwayFromKinks) {
  const auto net = tcn_of(2, "3", 4);
  std::mt19937_64 engine(9);
  const Packing packing(std::vector<Index>{5, 3, 1});
  Matrix<double> x = random_matrix<double>(3, 9, engine);
  Matrix<double> initial = random_matrix<double>(net->sizes().state, 3, engine);
  const Matrix<double> factor = random_matrix<double>(4, 9, engine);
  const auto tape = net->make_tape();
  for (const Index rows : net->mask_rows()) {
    tape->masks.push_back(2.0 * random_matrix<double>(rows, 9, engine).cwiseAbs().array().round().matrix());
  }
  Matrix<double> h, d_x, d_initial;
  const auto value = [&] {
    net->forward(packing, x, initial, *tape, h, nullptr);
    return h.cwiseProduct(factor).sum();
  };
  value();
  Parameters<double> gradient = zeros_like(net->parameters());
  net->backward(packing, x, initial, *tape, factor, gradient, &d_x, &d_initial);
  Index compared = 0, all = 0;
  const auto compare = [&](Matrix<double>& at, const Matrix<double>& d, const std::string& name) {
    for (Index i = 0; i < at.size(); ++i) {
      const double keep = at.data()[i];
      const auto quotient = [&](double step) {
        at.data()[i] = keep + step;
        const double up = value();
        at.data()[i] = keep - step;
        const double down = value();
        at.data()[i] = keep;
        return (up - down) / (2.0 * step);
      };
      ++all;
      // At a kink the quotients of two steps differ, and neither is the derivative.
      if (std::abs(quotient(1e-5) - quotient(3e-6)) > 1e-8) continue;
      ++compared;
      EXPECT_NEAR(d.data()[i], quotient(1e-5), 1e-8) << name << " entry " << i;
    }
  };
  for (std::size_t p = 0; p < gradient.size(); ++p) {
    compare(net->parameters()[p].value, gradient[p].value, gradient[p].name);
  }
  compare(x, d_x, "inputs");
  compare(initial, d_initial, "initial state");
  EXPECT_GT(compared, all * 9 / 10);
}

TEST(Block, BlocksPutTheirOwnMasksAndTheStackNone) {
  const auto net = tcn_of(3, "2", 2);
  EXPECT_EQ(net->mask_rows(), (std::vector<Index>{4, 4, 4, 4, 4, 4}));
  const auto tape = net->make_tape();
  for (Index i = 0; i < 6; ++i) tape->masks.push_back(Matrix<double>::Constant(4, 5, i == 0 ? 0.0 : 1.0));
  std::mt19937_64 engine(8);
  const Matrix<double> x = random_matrix<double>(3, 5, engine);
  Matrix<double> h;
  net->forward(Packing::single(5), x, Matrix<double>::Zero(net->sizes().state, 1), *tape, h, nullptr);
  Parameters<double> gradient = zeros_like(net->parameters());
  net->backward(Packing::single(5), x, Matrix<double>::Zero(net->sizes().state, 1), *tape, Matrix<double>::Ones(4, 5),
                gradient, nullptr, nullptr);
  EXPECT_EQ(gradient[0].name, "conv1.weight_g_l0");
  EXPECT_EQ(gradient[0].value.norm() + gradient[1].value.norm(), 0.0) << "nothing passes a mask of zeros";
}

}  // namespace
}  // namespace unrecur::block_test
