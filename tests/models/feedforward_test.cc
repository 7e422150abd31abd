// Layers that are no recurrences: against PyTorch, in closed form, in their fields, and step by step.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/blocks/stream.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/model_file.h"
#include "models/layers/layer_registry.h"
#include "models/sequence/sequence_model.h"
#include "tests/models/json_matrix.h"
#include "tests/models/random_model.h"
#include "tests/models/run_layer.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::matrix;
using testing::outputs_of;
using testing::random_matrix;
using testing::randomise;

/// What PyTorch said, written by make_feedforward_cases.py.
const json& pytorch_layers() {
  static const json file = json::parse(std::ifstream(UNRECUR_SOURCE_DIR "/tests/models/data/feedforward.json"));
  return file.at("cases");
}

template <class S>
void expect_same(const Matrix<S>& ours, const json& theirs, const std::string& what) {
  const Matrix<S> wanted = matrix<S>(theirs);
  ASSERT_EQ(ours.rows(), wanted.rows()) << what;
  ASSERT_EQ(ours.cols(), wanted.cols()) << what;
  const double scale = std::max(1e-3, static_cast<double>(wanted.cwiseAbs().maxCoeff()));
  const double tolerance = std::is_same_v<S, double> ? 1e-10 : 1e-5;
  EXPECT_LE(static_cast<double>((ours - wanted).cwiseAbs().maxCoeff()), tolerance * scale) << what;
}

class PyTorchLayer : public ::testing::TestWithParam<std::size_t> {
 protected:
  template <class S>
  void replay(const char* precision) const {
    const json& c = pytorch_layers().at(GetParam());
    const json& numbers = c.at(precision);
    const auto layer = make_layer<S>(c.at("kind").get<std::string>(), c.at("inputs"), c.at("units"),
                                     c.at("attributes").get<Attributes>());
    ASSERT_EQ(layer->parameters().size(), numbers.at("weights").size());
    for (auto& p : layer->parameters()) p.value = matrix<S>(numbers.at("weights").at(p.name));
    const auto packing = Packing::uniform(c.at("steps"), c.at("batch"));
    const Matrix<S> x = matrix<S>(numbers.at("inputs")), factor = matrix<S>(numbers.at("factor"));
    const Matrix<S> zero = Matrix<S>::Zero(layer->sizes().state, packing.batch());
    const auto tape = layer->make_tape();
    Matrix<S> h, d_x;
    layer->forward(packing, x, zero, *tape, h, nullptr);
    expect_same(h, numbers.at("outputs"), "outputs");
    Parameters<S> gradient = zeros_like(layer->parameters());
    layer->backward(packing, x, zero, *tape, factor, gradient, &d_x, nullptr);
    expect_same(d_x, numbers.at("d_inputs"), "gradient of the inputs");
    for (const auto& p : gradient) expect_same(p.value, numbers.at("d_weights").at(p.name), "gradient of " + p.name);
  }
};

TEST_P(PyTorchLayer, AgreesInDouble) {
  replay<double>("float64");
}

TEST_P(PyTorchLayer, AgreesInFloat) {
  replay<float>("float32");
}

INSTANTIATE_TEST_SUITE_P(Stored, PyTorchLayer, ::testing::Range(std::size_t{0}, pytorch_layers().size()),
                         [](const auto& stored) { return pytorch_layers().at(stored.param).at("name"); });

/// A stack with the attributes that its layers have by their places.
struct NetCase {
  std::string kind;
  Attributes attributes;
  Index layers;
  Index field;  ///< stated by its source
  Skip skip = Skip::none;
};

void PrintTo(const NetCase& c, std::ostream* out) {
  *out << c.layers << ' ' << c.kind << ' ' << name_of(c.skip);
}

std::unique_ptr<Sequential<double>> make_net(const NetCase& c, std::uint64_t seed) {
  const LayerType& type = *feedforward_type(c.kind);
  const Attributes attributes = type.in_stack == nullptr ? c.attributes : type.in_stack(c.attributes, c.layers);
  auto net = make_sequential<double>(
      {.kind = c.kind, .inputs = 3, .width = 4, .attributes = attributes, .layers = c.layers, .skip = c.skip});
  std::mt19937_64 engine(seed);
  randomise(net->parameters(), engine, 0.8);
  return net;
}

class FeedForwardNet : public ::testing::TestWithParam<NetCase> {};

TEST_P(FeedForwardNet, OutsideTheFieldNoBitMovesAndAtItsEdgeOneDoes) {
  const NetCase& c = GetParam();
  bool edge_seen = false;
  // A dead rectifier hides an edge, so that some of several nets have to show it; none may show more than the field.
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto net = make_net(c, seed);
    ASSERT_EQ(net->receptive_field(), c.field);
    std::mt19937_64 engine(100 + seed);
    const Index at = 3, steps = at + c.field + 3;
    Matrix<double> x = random_matrix<double>(3, steps, engine);
    const Matrix<double> before = outputs_of(*net, x);
    x.col(at) = random_matrix<double>(3, 1, engine, 10.0);
    const Matrix<double> after = outputs_of(*net, x);
    EXPECT_EQ(before.leftCols(at), after.leftCols(at)) << "the future leaks, seed " << seed;
    EXPECT_EQ(before.rightCols(3), after.rightCols(3)) << "the field is larger than it says, seed " << seed;
    edge_seen = edge_seen || before.col(at + c.field - 1) != after.col(at + c.field - 1);
  }
  EXPECT_TRUE(edge_seen) << "the field is smaller than it says";
}

TEST_P(FeedForwardNet, AStreamGivesWhatTheBatchGives) {
  const NetCase& c = GetParam();
  const auto net = make_net(c, 5);
  std::mt19937_64 engine(6);
  const Index steps = 2 * c.field + 5, batch = 3;
  const Matrix<double> x = random_matrix<double>(3, steps * batch, engine);
  Matrix<double> whole, h;
  net->forward(Packing::uniform(steps, batch), x, Matrix<double>::Zero(net->sizes().state, batch), *net->make_tape(),
               whole, nullptr);
  const auto stream = make_stream<double>(*net, batch), plain = make_state_stream<double>(*net, batch);
  for (Index t = 0; t < steps; ++t) {
    const auto wanted = whole.middleCols(t * batch, batch);
    stream->step(x.middleCols(t * batch, batch), h);
    EXPECT_LT((h - wanted).cwiseAbs().maxCoeff(), 1e-12) << "with caches, step " << t;
    plain->step(x.middleCols(t * batch, batch), h);
    EXPECT_LT((h - wanted).cwiseAbs().maxCoeff(), 1e-12) << "state by state, step " << t;
  }
}

TEST_P(FeedForwardNet, IsNoRecurrenceAndCountsItsWeights) {
  const NetCase& c = GetParam();
  const auto net = make_net(c, 1);
  EXPECT_EQ(net->recurrence(), nullptr);
  for (Index k = 0; k < c.layers; ++k) {
    const SequenceLayer<double>& layer = net->layer(k);
    const auto single = net->single_layer(k);
    double count = 0.0;
    for (const auto& p : single->parameters()) count += static_cast<double>(p.value.size());
    EXPECT_EQ(count, feedforward_type(c.kind)->weights(layer.sizes().input, layer.width(), layer.attributes()));
    EXPECT_EQ(weight_starts(layer).size(), single->parameters().size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Nets, FeedForwardNet,
    ::testing::Values(NetCase{"conv", {{"kernel", "3"}, {"dilation", "2"}, {"activation", "tanh"}}, 2, 9},
                      NetCase{
                          "conv", {{"kernel", "4"}, {"gated", "true"}, {"normalised", "true"}}, 3, 10, Skip::residual},
                      NetCase{"tcn", {{"kernel", "2"}}, 1, 1 + 2 * 1 * 1}, NetCase{"tcn", {{"kernel", "3"}}, 3, 29},
                      NetCase{"tcn", {{"kernel", "6"}}, 4, 1 + 2 * 5 * 15},
                      NetCase{"wavenet", {{"cycle", "2"}}, 4, 1 + 1 + 2 + 1 + 2},
                      NetCase{"wavenet", {{"kernel", "3"}}, 1, 3},
                      NetCase{"attention", {{"heads", "2"}, {"context", "5"}}, 2, 9},
                      NetCase{"transformer", {{"heads", "2"}, {"context", "6"}}, 2, 11}));

TEST(Recurrences, StreamStepByStepToo) {
  for (const char* kind : {"elman", "lstm", "sru"}) {
    std::mt19937_64 engine(3);
    const auto net = make_sequential<double>({.kind = kind, .inputs = 3, .width = 4, .attributes = {}, .layers = 2});
    randomise(net->parameters(), engine, 0.8);
    const Matrix<double> x = random_matrix<double>(3, 9, engine), whole = outputs_of(*net, x);
    const auto stream = make_stream<double>(*net, 1);
    Matrix<double> h;
    for (Index t = 0; t < 9; ++t) {
      stream->step(x.col(t), h);
      EXPECT_LT((h - whole.col(t)).cwiseAbs().maxCoeff(), 1e-13) << kind;
    }
  }
}

TEST(Conv, NormalisedRowsHaveTheLengthsThatAreSaid) {
  auto conv = make_layer<double>("conv", 2, 3, {{"normalised", "true"}});
  std::mt19937_64 engine(1);
  randomise(conv->parameters(), engine, 1.0);
  conv->parameters()[0].value << 0.5, -2.0, 3.0;
  conv->parameters()[1].value.row(1).setZero();
  conv->parameters()[2].value.setZero();
  const Matrix<double> rows = outputs_of(*conv, Matrix<double>::Identity(2, 2));
  EXPECT_NEAR(rows.row(0).norm(), 0.5, 1e-15);
  EXPECT_EQ(rows.row(1).norm(), 0.0) << "a direction of 0 is none";
  EXPECT_NEAR(rows.row(2).norm(), 3.0, 1e-15);
}

void expect_same_on_threads(const std::string& kind, Index inputs, const Attributes& attributes) {
  std::mt19937_64 engine(6);
  auto layer = make_layer<double>(kind, inputs, 64, attributes);
  randomise(layer->parameters(), engine, 0.3);
  const auto packing = Packing::uniform(600, 9);
  const Matrix<double> x = random_matrix<double>(inputs, 5400, engine), d_h = random_matrix<double>(64, 5400, engine);
  const Matrix<double> rest = Matrix<double>::Zero(layer->sizes().state, 9);
  const Matrix<double> mask = random_matrix<double>(64, 5400, engine);
  const auto run_on = [&](int threads) {
    const ProductThreads program(threads);
    std::vector<Matrix<double>> found(2);
    const auto tape = layer->make_tape();
    for (const Index rows : layer->mask_rows()) tape->masks.push_back(mask.topRows(rows));
    layer->forward(packing, x, rest, *tape, found[0], nullptr);
    Parameters<double> gradient = layer->parameters();
    for (auto& p : gradient) p.value.setZero();
    layer->backward(packing, x, rest, *tape, d_h, gradient, &found[1], nullptr);
    for (const auto& p : gradient) found.push_back(p.value);
    return found;
  };
  const auto alone = run_on(1), shared = run_on(3);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    const double size = alone[i].cwiseAbs().maxCoeff();
    EXPECT_GT(size, 1e-3) << kind << " " << i;
    EXPECT_LE((alone[i] - shared[i]).cwiseAbs().maxCoeff(), 1e-12 * std::max(1.0, size)) << kind << " " << i;
  }
}

TEST(FeedForward, OfManyColumnsSharedByThreadsIsTheSame) {
  expect_same_on_threads("conv", 3, {{"kernel", "2"}, {"gated", "true"}, {"activation", "tanh"}});
  expect_same_on_threads("conv", 3, {{"kernel", "2"}, {"normalised", "true"}, {"activation", "relu"}});
  expect_same_on_threads("tcn", 3, {{"kernel", "3"}});
  expect_same_on_threads("tcn", 64, {{"kernel", "3"}, {"dilation", "2"}});
}

TEST(LayerNorm, GivesMeanZeroAndVarianceOne) {
  auto layer = make_layer<double>("layer_norm", 6, 6, {});
  layer->parameters()[0].value.setOnes();
  std::mt19937_64 engine(4);
  const Matrix<double> h = outputs_of(*layer, random_matrix<double>(6, 3, engine, 100.0));
  for (Index t = 0; t < 3; ++t) {
    EXPECT_NEAR(h.col(t).mean(), 0.0, 1e-14);
    EXPECT_NEAR(h.col(t).squaredNorm() / 6.0, 1.0, 1e-6);
  }
}

TEST(FeedForward, BadAttributesAreRefused) {
  const std::vector<std::pair<std::string, Attributes>> bad{
      {"conv", {{"gated", "perhaps"}}},      {"conv", {{"rows", "3"}}},
      {"conv", {{"first_row", "2"}}},        {"tcn", {{"kernel", "0"}}},
      {"tcn", {{"gated", "true"}}},          {"wavenet", {{"place", "above"}}},
      {"attention", {{"heads", "3"}}},       {"attention", {{"context", "0"}}},
      {"transformer", {{"expansion", "0"}}}, {"transformer", {{"place", "above"}}},
      {"layer_norm", {{"epsilon", "1"}}}};
  for (const auto& [kind, attributes] : bad)
    EXPECT_THROW(make_layer<float>(kind, 2, 2, attributes), UsageError) << kind;
  EXPECT_THROW(make_layer<float>("layer_norm", 2, 3, {}), UsageError);
  EXPECT_THROW(make_layer<float>("wavenet", 2, 3, {}), UsageError) << "an odd number of channels";
  EXPECT_THROW(feedforward_type("wavenet")->in_stack({{"cycle", "0"}}, 3), UsageError);
}

TEST(FeedForward, AModelFileHoldsAStackWhoseLayersDiffer) {
  for (const char* kind : {"tcn", "wavenet", "transformer"}) {
    const LayerType& type = *feedforward_type(kind);
    SequenceModel<float> model({.symbols = 5,
                                .embedding = 3,
                                .cell = kind,
                                .attributes = type.in_stack({}, 3),
                                .units = 4,
                                .layers = 3,
                                .outputs = 5,
                                .loss = "softmax"});
    std::mt19937_64 engine(2);
    randomise(model.layers().parameters(), engine, 0.7);
    const testing::TemporaryFolder folder;
    save_model(folder / "m.safetensors", model);
    const SequenceModel<float> read = load_model(folder / "m.safetensors");
    EXPECT_EQ(read.layers().receptive_field(), model.layers().receptive_field()) << kind;
    const Matrix<float> x = random_matrix<float>(3, 9, engine), zero = model.zero_state(1);
    EXPECT_EQ(read.outputs(Packing::single(9), x, zero), model.outputs(Packing::single(9), x, zero)) << kind;
    const RecurrentModel checked = read_model(folder / "m.safetensors");
    ASSERT_EQ(checked.layers.size(), 1U);
    EXPECT_EQ(checked.layers[0].cell, "unknown") << kind;
    EXPECT_NE(checked.layers[0].obstacle.find("no recurrence"), std::string::npos) << kind;
  }
}

}  // namespace
}  // namespace unrecur
