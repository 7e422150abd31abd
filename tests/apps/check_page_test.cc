// What `unrecur check` shows: the terminal page, the HTML page, estimates along data.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/formats/numpy/npy.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/shared/model_reader.h"
#include "tests/apps/run_program.h"
#include "tests/support/file_content.h"
#include "tests/support/real_models.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::content;
using testing::run_program;
using testing::TemporaryFolder;

/// Small numbers that repeat themselves nowhere.
Matrix<double> filled(Index rows, Index cols, double scale, double phase) {
  Matrix<double> m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = scale * std::sin(1.7 * static_cast<double>(i) + phase);
  return m;
}

struct Gated {
  std::string name;
  Index gates;
  double scale;
};

void write_model(const std::filesystem::path& path, const std::vector<Gated>& layers, Index n = 4, Index m = 3) {
  std::vector<Tensor> tensors;
  for (const Gated& layer : layers) {
    const Index rows = layer.gates * n;
    tensors.push_back(to_tensor<double>(layer.name + ".weight_ih_l0", filled(rows, m, layer.scale, 0.1)));
    tensors.push_back(to_tensor<double>(layer.name + ".weight_hh_l0", filled(rows, n, layer.scale, 0.2)));
  }
  write_safetensors(path, {"", tensors, {}});
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

TEST(CheckShows, TheVerdictThenWhatLimitsAndHelps) {
  const TemporaryFolder folder;
  write_model(folder / "m.safetensors", {{"lstm", 4, 1.5}});
  const auto open = run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors"});
  EXPECT_EQ(open.code, 10) << open.err;
  EXPECT_TRUE(open.out.starts_with("m.safetensors (safetensors): refuted\n")) << open.out;
  const std::size_t limits = open.out.find("what keeps the rate up"), help = open.out.find("what would help"),
                    ladder = open.out.find("ladder");
  EXPECT_LT(limits, help);
  EXPECT_LT(help, ladder);
  EXPECT_TRUE(has(open.out, "the forget gate can open fully, since inputs are not bounded")) << open.out;
  EXPECT_TRUE(has(open.out, "'unrecur project m.safetensors -o OUT")) << open.out;
  const auto bounded = run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--input-bound", "1"});
  EXPECT_TRUE(has(bounded.out, "its preactivation can reach")) << bounded.out;
  EXPECT_TRUE(has(bounded.out, "the recurrence acts most through the")) << bounded.out;
}

TEST(CheckShows, ABoundOnInputsThatIsProvedToBeEnough) {
  const TemporaryFolder folder;
  write_model(folder / "m.safetensors", {{"gru", 3, 0.25}});
  const auto run =
      run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--convention", "reset-after"});
  EXPECT_EQ(run.code, 11) << run.out;
  const std::size_t at = run.out.find("'--input-bound ");
  ASSERT_NE(at, run.out.npos) << run.out;
  const std::string bound = run.out.substr(at + 15, run.out.find('\'', at + 1) - at - 15);
  const auto again = run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--convention",
                                                 "reset-after", "--input-bound", bound});
  EXPECT_EQ(again.code, 0) << bound << again.out;
}

TEST(CheckShows, ManyLayersAsATable) {
  const TemporaryFolder folder;
  std::vector<Gated> layers;
  for (int i = 0; i < 25; ++i) layers.push_back({"net." + std::to_string(i), 4, i == 7 ? 3.0 : 0.02});
  write_model(folder / "m.safetensors", layers);
  const auto run = run_program(
      folder.path(), {"check", "--seconds", "0", "m.safetensors", "--input-bound", "1", "--html", "page.html"});
  EXPECT_EQ(run.code, 10) << run.err;
  EXPECT_LT(std::count(run.out.begin(), run.out.end(), '\n'), 40) << run.out;
  EXPECT_TRUE(has(run.out, "net.7.l0")) << run.out;
  EXPECT_TRUE(has(run.out, "--layer NAME")) << run.out;
  const std::string html = content(folder / "page.html");
  EXPECT_TRUE(has(html, "24 are proved to forget, 1 is refuted, 0 are undecided"));
  EXPECT_TRUE(has(html, "id=\"rates-ladder-25\""));
  EXPECT_TRUE(has(html, "data-figure=\"context-25\""));
}

TEST(CheckShows, ThePageBesideTheJson) {
  const TemporaryFolder folder;
  write_model(folder / "m.safetensors", {{"lstm", 4, 0.1}});
  const auto run = run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--input-bound", "1",
                                               "--html", "page.html", "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const json layer = json::parse(run.out)["layers"][0];
  EXPECT_EQ(layer["gates"].size(), 4u);
  EXPECT_EQ(layer["gates"][1]["gate"], "forget");
  EXPECT_FALSE(layer["limits"].empty());
  const std::string html = content(folder / "page.html");
  EXPECT_TRUE(has(html, std::to_string(layer["context"]["k"].get<long long>()) + " steps of context"));
  EXPECT_TRUE(has(html, "\"context-1\"")) << "the figure's numbers";
  EXPECT_FALSE(has(html, "src=\"http")) << "needs no network";

  const auto lost =
      run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--html", "missing/page.html"});
  EXPECT_EQ(lost.code, 4);
  EXPECT_TRUE(has(lost.err, "missing/page.html: cannot be written")) << lost.err;
}

TEST(CheckShows, HostileNamesAsText) {
  const TemporaryFolder folder;
  const std::string name = "<img src=x onerror=alert(1)>\x1b[31m";
  write_model(folder / "m.safetensors", {{name, 4, 0.1}});
  const auto run = run_program(
      folder.path(), {"check", "--seconds", "0", "m.safetensors", "--input-bound", "1", "--html", "page.html"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_FALSE(has(run.out, "\x1b")) << run.out;
  const std::string html = content(folder / "page.html");
  EXPECT_FALSE(has(html, "<img src=x"));
  EXPECT_TRUE(has(html, "&lt;img src=x onerror=alert(1)&gt;"));
  EXPECT_TRUE(has(run.out, "<img src=x")) << "a terminal knows no tags";
}

TEST(CheckEstimates, StandBesideTheBoundsAndBelowTheCertifiedRate) {
  const TemporaryFolder folder;
  for (const double scale : {0.1, 0.3}) {
    write_model(folder / "m.safetensors", {{"lstm", 4, scale}});
    write_npy(folder / "x.npy", filled(400, 3, 1.0, 0.5));
    const auto run = run_program(
        folder.path(), {"check", "--seconds", "0", "m.safetensors", "--inputs", "x.npy", "--json", "--html", "p.html"});
    ASSERT_LE(run.code, 11) << run.err;
    const json layer = json::parse(run.out)["layers"][0];
    const json estimates = layer["estimates"];
    ASSERT_TRUE(estimates.is_object()) << layer;
    ASSERT_TRUE(layer["rate"]["upper"].is_number());
    EXPECT_LE(std::exp(estimates["lyapunov_max"].get<double>()), layer["rate"]["upper"].get<double>() + 1e-9);
    ASSERT_EQ(estimates["k"].size(), estimates["k_step_gain"].size());
    EXPECT_EQ(estimates["k"][0], 1);
    const double one_step = estimates["k_step_gain"][0];
    EXPECT_GT(one_step, 0.0);
    // Ascent over pairs of states comes near the gain of small changes, or beyond it.
    EXPECT_GT(estimates["ascent_gain"].get<double>(), 0.5 * one_step);
    for (const json& rung : layer["rungs"]) {
      EXPECT_TRUE(rung["rigour"] == "proved" || rung["rigour"] == "floating") << "estimates are no rungs";
    }
    EXPECT_TRUE(has(content(folder / "p.html"), "they bound nothing"));
    const auto page = run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--inputs", "x.npy"});
    EXPECT_TRUE(has(page.out, "(they bound nothing)")) << page.out;
  }
  const auto none =
      run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--input-bound", "1", "--json"});
  EXPECT_TRUE(json::parse(none.out)["layers"][0]["estimates"].is_null());
}

TEST(CheckEstimates, AScalarLinearRecurrenceIsKnown) {
  const TemporaryFolder folder;
  write_safetensors(folder / "m.safetensors",
                    {"",
                     {to_tensor<double>("rnn.weight_ih_l0", Matrix<double>::Ones(1, 1)),
                      to_tensor<double>("rnn.weight_hh_l0", Matrix<double>::Constant(1, 1, 0.5))},
                     {}});
  write_npy(folder / "x.npy", filled(200, 1, 1.0, 0.0));
  const auto run = run_program(folder.path(), {"check", "--seconds", "0", "m.safetensors", "--convention", "identity",
                                               "--inputs", "x.npy", "--json"});
  ASSERT_EQ(run.code, 0) << run.err << run.out;
  const json estimates = json::parse(run.out)["layers"][0]["estimates"];
  EXPECT_NEAR(estimates["lyapunov_max"].get<double>(), std::log(0.5), 1e-12);
  for (std::size_t i = 0; i < estimates["k"].size(); ++i) {
    EXPECT_NEAR(estimates["k_step_gain"][i].get<double>(), std::pow(0.5, estimates["k"][i].get<double>()), 1e-9);
  }
  EXPECT_NEAR(estimates["ascent_gain"].get<double>(), 0.5, 1e-6);
}

TEST(CheckShows, EveryPublishedModel) {
  const auto models = testing::real_models();
  if (!models) GTEST_SKIP() << testing::no_real_models;
  const TemporaryFolder folder;
  const std::pair<const char*, std::size_t> files[] = {{"dtln/model_1.onnx", 2},
                                                       {"gtcrn/gtcrn_simple.onnx", 18},
                                                       {"silero-vad-16k/silero_vad_16k.safetensors", 1},
                                                       {"beatnet/model_1_weights.pt", 2},
                                                       {"klon-centaur/centaur_50.json", 1},
                                                       {"psychrnn/saved_weights.npz", 1}};
  for (const auto& [file, layers] : files) {
    const auto run = run_program(folder.path(), {"check", "--seconds", "0", (*models / file).string(), "--input-bound",
                                                 "1", "--html", "p.html"});
    EXPECT_TRUE(run.code == 10 || run.code == 11) << file << run.err;
    EXPECT_TRUE(has(run.out, "what would help")) << file << run.out;
    const std::string html = content(folder / "p.html");
    EXPECT_TRUE(has(html, "id=\"layer-" + std::to_string(layers) + "\"")) << file;
    EXPECT_FALSE(has(html, "id=\"layer-" + std::to_string(layers + 1) + "\"")) << file;
  }
}

}  // namespace
}  // namespace unrecur
