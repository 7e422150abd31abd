#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "models/decoders/decoder.h"
#include "models/layers/cell_registry.h"
#include "tests/models/json_matrix.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::matrix;

/// What PyTorch said, written by make_pytorch_cases.py.
const json& all_cases() {
  static const json file = json::parse(std::ifstream(UNRECUR_SOURCE_DIR "/tests/models/data/pytorch.json"));
  return file.at("cases");
}

template <class S>
constexpr const char* kNumbers = std::is_same_v<S, double> ? "float64" : "float32";
template <class S>
constexpr double kTolerance = std::is_same_v<S, double> ? 1e-10 : 1e-5;

template <class S>
void expect_near(const Matrix<S>& ours, const Matrix<S>& theirs, const std::string& what) {
  ASSERT_EQ(ours.rows(), theirs.rows()) << what;
  ASSERT_EQ(ours.cols(), theirs.cols()) << what;
  const double scale = static_cast<double>(theirs.cwiseAbs().maxCoeff());
  ASSERT_GT(scale, 0.0) << what;
  EXPECT_LE(static_cast<double>((ours - theirs).cwiseAbs().maxCoeff()), kTolerance<S> * scale) << what;
}

/// PyTorch always has two biases; where our cell has one it is their sum.
template <class S>
Matrix<S> weight_of(const json& weights, const Parameters<S>& parameters, const std::string& name) {
  // A recurrent matrix without rows is no weight there.
  if (find_parameter(parameters, name)->size() == 0) return *find_parameter(parameters, name);
  Matrix<S> value = matrix<S>(weights.at(name));
  if (!name.starts_with("bias_ih")) return value;
  const std::string second = "bias_hh" + name.substr(std::string_view("bias_ih").size());
  const bool ours = std::ranges::any_of(parameters, [&](const auto& p) { return p.name == second; });
  if (!ours && weights.contains(second)) value += matrix<S>(weights.at(second));
  return value;
}

template <class S>
Targets<S> targets_of(const json& numbers, const std::string& loss) {
  Targets<S> targets;
  if (loss == "softmax") {
    targets.symbols = numbers.get<std::vector<int>>();
  } else {
    targets.frames = matrix<S>(numbers);
  }
  return targets;
}

class PyTorch : public ::testing::TestWithParam<std::size_t> {
 protected:
  template <class S>
  void replay() const {
    const json& c = all_cases().at(GetParam());
    const json& numbers = c.at(kNumbers<S>);
    auto cell = make_cell<S>(c.at("cell").get<std::string>(), c.at("inputs"), c.at("units"),
                             c.at("attributes").get<Attributes>());
    for (auto& p : cell->parameters()) p.value = weight_of(numbers.at("weights"), cell->parameters(), p.name);
    const std::string loss = c.at("loss");
    const auto decoder = make_decoder<S>({c.at("outputs"), c.at("units"), loss});
    for (auto& p : decoder->parameters()) p.value = matrix<S>(numbers.at("weights").at("decoder." + p.name));

    const auto packing = Packing::uniform(c.at("steps"), c.at("batch"));
    const Matrix<S> x = matrix<S>(numbers.at("inputs")), initial = matrix<S>(numbers.at("initial"));
    const Targets<S> targets = targets_of<S>(numbers.at("targets"), loss);
    const auto tape = cell->make_tape();
    Matrix<S> h, last;
    cell->forward(packing, x, initial, *tape, h, &last);
    expect_near<S>(h, matrix<S>(numbers.at("outputs")), "outputs");
    expect_near<S>(last, matrix<S>(numbers.at("final")), "final states");

    Parameters<S> d_cell = zeros_like(cell->parameters()), d_decoder = zeros_like(decoder->parameters());
    Matrix<S> d_h, d_x, d_initial, room;
    const S scale = S(1) / static_cast<S>(packing.columns());
    const double sum = decoder->differentiate(h, targets, scale, d_decoder, d_h, room);
    const double expected = numbers.at("loss");
    EXPECT_NEAR(sum / static_cast<double>(packing.columns()), expected, kTolerance<S> * expected);
    cell->backward(packing, x, initial, *tape, d_h, d_cell, &d_x, &d_initial);
    for (const auto& p : d_cell) {
      if (p.value.size() > 0) expect_near<S>(p.value, matrix<S>(numbers.at("d_weights").at(p.name)), p.name);
    }
    for (const auto& p : d_decoder) {
      expect_near<S>(p.value, matrix<S>(numbers.at("d_weights").at("decoder." + p.name)), "decoder." + p.name);
    }
    expect_near<S>(d_x, matrix<S>(numbers.at("d_inputs")), "inputs' gradient");
    expect_near<S>(d_initial, matrix<S>(numbers.at("d_initial")), "initial state's gradient");
  }
};

TEST_P(PyTorch, AgreesInDouble) {
  replay<double>();
}

TEST_P(PyTorch, AgreesInFloat) {
  replay<float>();
}

INSTANTIATE_TEST_SUITE_P(Cases, PyTorch, ::testing::Range<std::size_t>(0, 13), [](const auto& test) {
  return all_cases().at(test.param).at("name").template get<std::string>();
});

TEST(PyTorchCases, AreAllReplayed) {
  EXPECT_EQ(all_cases().size(), 13U);
}

}  // namespace
}  // namespace unrecur
