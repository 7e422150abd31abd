// One step of a layer in balls: what comes out holds the image of every state of the box.
#ifdef UNRECUR_HAVE_ARB

#include "theory/verify/arb/prepared_layer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/layers/cell_registry.h"
#include "tests/models/random_model.h"

namespace unrecur::prepared_layer_test {
namespace {

using testing::CellCase;
using testing::random_cell;
using verify::Ball;

const std::vector<CellCase> kUnmixed{
    {"linear", {}},
    {"elman", {{"activation", "tanh"}, {"leak", "0.3"}}},
    {"elman", {{"activation", "relu"}}},
    {"lstm", {{"recurrent_bias", "true"}}},
    {"capped_lstm", {{"cap", "0.8"}}},
    {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
    {"gru", {{"reset", "before"}}},
    {"stack", {{"layers", "3"}, {"layer", "lstm"}}},
    {"stack", {{"layers", "3"}, {"layer", "lstm"}, {"width", "2,4,1"}}},
    {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "before"}, {"width", "1,3"}, {"skip", "dense"}}},
    {"stack", {{"layers", "3"}, {"layer", "lstm"}, {"skip", "dense"}}},
    {"stack", {{"layers", "3"}, {"layer", "capped_lstm"}, {"cap", "0.8,0.9,0.7"}, {"skip", "residual"}}},
    {"stack", {{"layers", "3"}, {"layer", "gru"}, {"reset", "after"}, {"recurrent_bias", "true"}}},
    {"stack", {{"layers", "3"}, {"layer", "gru"}, {"reset", "before"}, {"skip", "dense"}}},
    {"stack", {{"layers", "3"}, {"layer", "elman"}, {"activation", "sigmoid"}, {"skip", "residual"}}},
    {"stack", {{"layers", "2"}, {"layer", "linear"}, {"skip", "dense"}}},
    {"stack", {{"layers", "2"}, {"layer", "qrnn"}, {"cap", "0.9"}, {"skip", "dense"}}}};

std::vector<CellCase> all_cases() {
  std::vector<CellCase> all = kUnmixed;
  for (const CellCase& mixed : testing::mixed_stack_cases()) all.push_back(mixed);
  return all;
}

const std::vector<CellCase> kCases = all_cases();

struct Enclosed {
  Vector<double> middle, width;  ///< of φ(m), and how wide it was rounded
  Matrix<double> jacobian;       ///< without entries: zero
  Vector<double> off;
};

Enclosed image_of(const Cell<double>& cell, const Vector<double>& m, const Vector<double>& r, const Vector<double>& x) {
  std::string reason;
  const auto layer = verify::prepare({cell.kind(), cell.attributes(), &cell.parameters()}, reason);
  EXPECT_TRUE(layer) << reason;
  const verify::Image image = layer->step({{m.begin(), m.end()}, r, 0}, layer->drive(x));
  Enclosed found{Vector<double>(m.size()), Vector<double>(m.size()), image.jacobian.value, image.jacobian.off};
  EXPECT_EQ(std::ssize(image.middle), m.size());
  for (Index j = 0; j < m.size(); ++j) {
    found.middle(j) = image.middle[static_cast<std::size_t>(j)].about();
    found.width(j) = verify::radius_in(image.middle[static_cast<std::size_t>(j)], 0);
  }
  return found;
}

TEST(PreparedLayer, HoldsTheImageOfTheWholeBox) {
  std::mt19937_64 engine(19);
  std::uniform_real_distribution<double> within(-1.0, 1.0);
  std::vector<int> held(kCases.size(), 0);
  for (std::size_t i = 0; i < 6 * kCases.size(); ++i) {
    const CellCase& which = kCases[i % kCases.size()];
    const auto cell = random_cell<double>(which, 2, 3, engine, 1.5);
    const Index n = cell->shape().state;
    const double size = std::pow(10.0, -static_cast<double>(i / kCases.size()) / 2.0);  // from 1 to 0.003
    const Vector<double> m = testing::random_matrix<double>(n, 1, engine),
                         x = testing::random_matrix<double>(2, 1, engine);
    const Vector<double> r = size * testing::random_matrix<double>(n, 1, engine).cwiseAbs();
    const Enclosed image = image_of(*cell, m, r, x);
    const Vector<double> room = image.off + image.width;
    if (!room.allFinite()) continue;  // a box too wide for balls, of which nothing is claimed
    ++held[i % kCases.size()];
    for (int point = 0; point < 200; ++point) {
      Vector<double> apart(n);
      // Corners of the box as often as points within.
      for (Index j = 0; j < n; ++j) {
        const double to = within(engine);
        apart(j) = r(j) * (point % 2 == 0 ? to : std::copysign(1.0, to));
      }
      const Vector<double> next = step<double>(*cell, m + apart, x);
      Vector<double> rest = next - image.middle;
      if (image.jacobian.size() > 0) rest -= image.jacobian * apart;
      EXPECT_TRUE((rest.cwiseAbs().array() <= room.array() + 1e-13).all())
          << which.kind << " " << i << ": " << rest.transpose() << " in " << room.transpose();
    }
  }
  for (const int boxes : held) EXPECT_GE(boxes, 4);
}

// Above a kink a layer that is straight itself is as far off as the one below.
TEST(PreparedLayer, HandsUpWhatIsNotKnownOfTheLayerBelow) {
  for (const char* skip : {"none", "residual", "dense"}) {
    const Attributes attributes{{"layers", "2"}, {"layer", "elman"}, {"activation", "relu"}, {"skip", skip}};
    auto cell = make_cell<double>("stack", 1, 1, attributes);
    for (auto& parameter : cell->parameters()) parameter.value.setZero();
    find_parameter(cell->parameters(), "weight_hh_l0")->setOnes();
    find_parameter(cell->parameters(), "weight_ih_l1")->setOnes();
    find_parameter(cell->parameters(), "bias_ih_l1")->setConstant(10.0);
    // h_0' = max(h_0, 0) around 0: half its change, and by as much off; h_1' = h_0' + 10.
    const Enclosed image =
        image_of(*cell, Vector<double>::Zero(2), Vector<double>::Constant(2, 0.25), Vector<double>::Zero(1));
    EXPECT_TRUE(image.jacobian.isApprox((Matrix<double>(2, 2) << 0.5, 0.0, 0.5, 0.0).finished())) << image.jacobian;
    for (const double off : image.off) EXPECT_NEAR(off, 0.125, 1e-8) << skip;  // radii of balls have 30 bits
    for (const double off : image.off) EXPECT_GE(off, 0.125) << skip;
  }
}

// Off by the square of the box: else the Jacobian is not that of its middle.
TEST(PreparedLayer, IsAsNarrowAsASmoothMapAllows) {
  std::mt19937_64 engine(20);
  for (const CellCase& which : kCases) {
    if (which.kind == "stack" && which.attributes.at("layer") == "qrnn") continue;  // in balls of the whole box
    const auto cell = random_cell<double>(which, 2, 3, engine, 1.0);
    const Index n = cell->shape().state;
    const Vector<double> m = testing::random_matrix<double>(n, 1, engine),
                         x = testing::random_matrix<double>(2, 1, engine);
    for (const double size : {1e-3, 1e-5}) {
      const Enclosed image = image_of(*cell, m, Vector<double>::Constant(n, size), x);
      EXPECT_LE(image.off.maxCoeff(), 1e3 * size * size + 1e-14) << which.kind;
    }
  }
}

TEST(PreparedLayer, OfAStackWhoseLayersDoNotFitThereIsNone) {
  std::mt19937_64 engine(21);
  const auto cell = random_cell<double>({"stack", {{"layers", "2"}, {"layer", "lstm"}}}, 2, 3, engine, 1.0);
  Parameters<double> weights = cell->parameters();
  std::string reason;
  const verify::Layer layer{cell->kind(), cell->attributes(), &weights};
  EXPECT_TRUE(verify::prepare(layer, reason)) << reason;
  Attributes dense = cell->attributes();
  dense["skip"] = "dense";  // then layer 1 has to read five numbers
  EXPECT_FALSE(verify::prepare({layer.kind, dense, &weights}, reason));
  dense["skip"] = "sideways";
  EXPECT_FALSE(verify::prepare({layer.kind, dense, &weights}, reason));
  *find_parameter(weights, "weight_ih_l1") = Matrix<double>::Zero(12, 4);
  EXPECT_FALSE(verify::prepare(layer, reason));
  std::erase_if(weights, [](const auto& p) { return p.name == "weight_hh_l1"; });
  EXPECT_FALSE(verify::prepare(layer, reason));
}

}  // namespace
}  // namespace unrecur::prepared_layer_test

#endif
