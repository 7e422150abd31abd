#include "experiments/twins/twin_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/safetensors/model_file.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/models/random_model.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

/// Runs the model by tests/experiments/twins/run_onnx.py along x, m × T; nothing where onnx or NumPy is missing.
std::optional<Matrix<double>> run_onnx(const Bytes& model, const Matrix<double>& x, bool stream) {
  const testing::TemporaryFolder folder;
  const std::string at = folder.path().string();
  write_atomically(folder.path() / "model.onnx", model);
  write_npy<double>(folder.path() / "x.npy", x.transpose());
  const std::string command = std::string("/usr/bin/python3 ") + UNRECUR_SOURCE_DIR +
                              "/tests/experiments/twins/run_onnx.py " + at + "/model.onnx " + at + "/y.npy " +
                              (stream ? "--stream " : "x=") + at + "/x.npy > " + at + "/log 2>&1";
  const int code = std::system(command.c_str());
  if (code / 256 == 77) return std::nullopt;
  EXPECT_EQ(code, 0) << as_text(read_file(folder.path() / "log"));
  if (code != 0) return Matrix<double>(0, 0);
  return Matrix<double>(read_npy(folder.path() / "y.npy").values.transpose());
}

/// The same by ONNX Runtime, where npm installed it (NODE_PATH).
std::optional<Matrix<double>> run_runtime(const Bytes& model, const Matrix<double>& x, bool stream, Index cached) {
  const testing::TemporaryFolder folder;
  const std::string at = folder.path().string();
  write_atomically(folder.path() / "model.onnx", model);
  nlohmann::json rows = nlohmann::json::array();
  for (Index t = 0; t < x.cols(); ++t) rows.push_back(std::vector<double>(x.col(t).begin(), x.col(t).end()));
  write_atomically(folder.path() / "x.json", rows.dump());
  const std::string command =
      std::string("node ") + UNRECUR_SOURCE_DIR + "/tests/experiments/twins/run_onnxruntime.js " + at + "/model.onnx " +
      at + "/x.json " + (stream ? "stream " + std::to_string(cached) : "") + " > " + at + "/y.json 2> " + at + "/log";
  const int code = std::system(command.c_str());
  if (code / 256 == 77 || code / 256 == 127) return std::nullopt;
  EXPECT_EQ(code, 0) << as_text(read_file(folder.path() / "log"));
  if (code != 0) return Matrix<double>(0, 0);
  const auto found = nlohmann::json::parse(as_text(read_file(folder.path() / "y.json")));
  Matrix<double> y(static_cast<Index>(found[0].size()), static_cast<Index>(found.size()));
  for (Index t = 0; t < y.cols(); ++t) {
    for (Index i = 0; i < y.rows(); ++i)
      y(i, t) = found[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)].get<double>();
  }
  return y;
}

void expect_near(const Matrix<double>& found, const Matrix<double>& y, const std::string& what) {
  ASSERT_EQ(found.rows(), y.rows()) << what;
  ASSERT_EQ(found.cols(), y.cols()) << what;
  EXPECT_LE((found - y).cwiseAbs().maxCoeff(), 1e-5) << what;
}

/// The truncated model, window by window.
Matrix<double> truncated_outputs(const TwinTeacher& teacher, const Matrix<double>& x, Index order) {
  Matrix<double> y(teacher.outputs(), x.cols());
  for (Index t = 0; t < x.cols(); ++t) {
    const Index steps = std::min(order, t + 1);
    const Matrix<double> states =
        run_states<double>(*teacher.cell, Packing::single(steps), x.middleCols(t + 1 - steps, steps),
                           Matrix<double>::Zero(teacher.cell->shape().state, 1));
    y.col(t) = teacher.outputs_of(states.rightCols(1));
  }
  return y;
}

void expect_alike(const TwinTeacher& teacher, const FittedTwin& twin, const Matrix<double>& x,
                  const Matrix<double>& y) {
  const Index cached =
      twin.network ? twin.network->layers().sizes().state : (twin.order - 1) * (x.rows() + (twin.model ? 0 : 1));
  for (const bool stream : {false, true}) {
    const Bytes model = format_twin_onnx(teacher, twin, stream ? TwinForm::streaming : TwinForm::windowed);
    const std::string what = std::string(stream ? "streaming" : "windowed") + ", k = " + std::to_string(twin.order);
    const auto found = run_onnx(model, x, stream);
    if (!found) GTEST_SKIP() << "needs NumPy and onnx for Python: apt-get install python3-onnx";
    expect_near(*found, y, what);
    if (const auto run = run_runtime(model, x, stream, cached)) expect_near(*run, y, "ONNX Runtime, " + what);
  }
}

TEST(OnnxRuntime, IsThere) {
  if (std::system("node -e \"require('onnxruntime-node')\" > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "needs the npm package onnxruntime-node in NODE_PATH: twins are run by NumPy alone";
  }
}

class OnnxTruncations : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(OnnxTruncations, SayWhatTheTruncatedModelSays) {
  std::mt19937_64 engine(121);
  const auto cell = random_cell<double>(GetParam(), 2, 3, engine, 0.6);
  const Matrix<double> x = random_matrix<double>(2, 12, engine);
  for (const Index order : {1, 4}) {
    expect_alike({cell.get(), {}}, {.order = order}, x, truncated_outputs({cell.get(), {}}, x, order));
  }
  const TwinTeacher headed{cell.get(),
                           DenseHead{"", random_matrix<double>(2, 3, engine), random_matrix<double>(2, 1, engine)}};
  expect_alike(headed, {.order = 3}, x, truncated_outputs(headed, x, 3));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, OnnxTruncations,
    ::testing::Values(testing::CellCase{"linear", {}}, testing::CellCase{"elman", {{"activation", "tanh"}}},
                      testing::CellCase{"elman", {{"activation", "relu"}, {"leak", "0.3"}, {"recurrent_bias", "true"}}},
                      testing::CellCase{"elman", {{"activation", "elu"}, {"activation_slope", "0.6"}}},
                      testing::CellCase{"lstm", {{"recurrent_bias", "true"}}},
                      testing::CellCase{"lstm",
                                        {{"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}, {"candidate", "softsign"}}},
                      testing::CellCase{"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
                      testing::CellCase{"gru", {{"reset", "before"}, {"recurrent_bias", "true"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm,gru"}, {"1.reset", "before"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}}}));

TEST(OnnxWindowModels, SayWhatTheFittedModelSays) {
  std::mt19937_64 engine(122);
  const auto cell = random_cell<double>({"elman", {}}, 2, 3, engine, 0.6);
  const Matrix<double> x = random_matrix<double>(2, 15, engine);
  for (const Index order : {1, 5}) {
    for (const Index taps : {Index{0}, std::min<Index>(order, 2)}) {
      FittedTwin twin{.family = taps == 0 ? TwinFamily::fir : TwinFamily::volterra, .order = order};
      twin.model = WindowModel{2,
                               order,
                               taps,
                               random_matrix<double>(3, 2 * order, engine),
                               random_matrix<double>(3, quadratic_features(2, taps), engine),
                               random_matrix<double>(3, 1, engine)};
      expect_alike({cell.get(), {}}, twin, x, twin.model->predict(x));
    }
  }
}

TEST(OnnxNetworks, SayWhatTheNetworkSays) {
  std::mt19937_64 engine(126);
  const auto cell = random_cell<double>({"elman", {}}, 2, 3, engine, 0.6);
  const Matrix<double> x = random_matrix<double>(2, 30, engine), y = random_matrix<double>(3, 30, engine);
  const std::vector<WindowExample> examples{{&x, &y, 0, 30}};
  for (const Index order : {2, 8}) {
    FittedTwin twin{.family = TwinFamily::tcn, .order = order};
    twin.network =
        train_tcn(examples, order, {.units = 5, .steps = 20, .batch = 2, .span = 16, .learning_rate = 0.05}, {});
    expect_alike({cell.get(), {}}, twin, x, predict_network(*twin.network, x));
    const testing::TemporaryFolder folder;
    EXPECT_EQ(write_twin(folder.path() / "twin", {cell.get(), {}}, twin).size(), 3U);
    const SequenceModel<float> read = load_model(folder.path() / "twin.safetensors");
    EXPECT_EQ(predict_network(read, x), predict_network(*twin.network, x));
  }
}

TEST(TwinTensors, HoldTheWeightsExactly) {
  std::mt19937_64 engine(123);
  const auto cell = random_cell<double>({"gru", {{"reset", "after"}}}, 2, 3, engine);
  const TwinTeacher teacher{cell.get(),
                            DenseHead{"", random_matrix<double>(1, 3, engine), random_matrix<double>(1, 1, engine)}};
  const TensorFile truncated = parse_safetensors(format_twin_tensors(teacher, {.order = 7}), "twin");
  EXPECT_EQ(truncated.metadata.at("format"), "unrecur.twin/1");
  EXPECT_EQ(truncated.metadata.at("order"), "7");
  EXPECT_EQ(truncated.metadata.at("cell.reset"), "after");
  EXPECT_EQ(tensor_to_matrix<double>(truncated.require("cell.weight_hh_l0"), "twin"), cell->parameters()[1].value);
  EXPECT_EQ(tensor_to_matrix<double>(truncated.require("head.weight"), "twin"), teacher.head->weight);
  FittedTwin fir{.family = TwinFamily::fir, .order = 2};
  fir.model = WindowModel{
      2, 2, 0, random_matrix<double>(1, 4, engine), Matrix<double>(1, 0), random_matrix<double>(1, 1, engine)};
  const TensorFile fitted = parse_safetensors(format_twin_tensors(teacher, fir), "twin");
  EXPECT_EQ(tensor_to_matrix<double>(fitted.require("weight"), "twin"), fir.model->linear);
}

TEST(TwinFiles, AreNamedAsAsked) {
  std::mt19937_64 engine(124);
  const auto cell = random_cell<double>({"elman", {}}, 1, 2, engine);
  const testing::TemporaryFolder folder;
  const auto written = [&](const char* name) {
    return write_twin(folder.path() / name, {cell.get(), {}}, {.order = 2}).size();
  };
  EXPECT_EQ(written("twin"), 3U);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "twin.stream.onnx"));
  EXPECT_EQ(written("one.onnx"), 1U);
  EXPECT_EQ(written("two.stream.onnx"), 1U);
  EXPECT_EQ(written("three.safetensors"), 1U);
}

TEST(TwinFiles, RefuseCellsThatTheyCannotUnroll) {
  std::mt19937_64 engine(125);
  const auto cell = random_cell<double>({"mingru", {{"cap", "0.8"}}}, 1, 2, engine);
  EXPECT_THROW(format_twin_onnx({cell.get(), {}}, {.order = 2}, TwinForm::windowed), UsageError);
}

}  // namespace
}  // namespace unrecur
