#include "tests/reports/synthetic_results.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <vector>

namespace unrecur::testing {
namespace {

using nlohmann::json;

constexpr int orders = 64;
constexpr int epochs = 30;
constexpr double rounding = 3e-15;

json series(const std::string& name, const std::string& x_name, const std::string& side, int points,
            const std::function<double(int)>& y) {
  json s = {{"name", name}, {"x_name", x_name},   {"y_name", "y"},
            {"side", side}, {"x", json::array()}, {"y", json::array()}};
  for (int i = 1; i <= points; ++i) {
    s["x"].push_back(i);
    s["y"].push_back(y(i));
  }
  return s;
}

/// Fixed, and without a pattern that the eye sees.
double ripple(int seed, int k) {
  return 1 + 0.15 * std::sin(12.9898 * seed + 78.233 * k);
}

void add_bounds(json& list, double rate) {
  list.push_back(
      series("bound_proposition3", "k", "upper", orders, [=](int k) { return 40 * std::pow(0.95, k) / 0.05; }));
  list.push_back(
      series("bound_certificate", "k", "upper", orders, [=](int k) { return 60 * std::pow(rate + 0.05, k); }));
  list.push_back(series("rounding_floor", "k", "upper", orders, [](int) { return 2 * rounding; }));
}

}  // namespace

json synthetic_gap_result(const std::string& task, const std::string& stable_set, int seed) {
  const bool stable = stable_set != "none";
  const double rate = stable ? 0.62 : 0.78;
  const double loss = (task == "jsb" ? 8.6 : 0.42) + (stable ? 0.0 : 0.15) + 0.02 * seed;
  const auto gap = [=](int k) { return std::max(4 * std::pow(rate, k) * ripple(seed, k), rounding * ripple(seed, k)); };
  json list = json::array();
  list.push_back(series("state_gap_max", "k", "measured", orders, gap));
  list.push_back(series("state_gap_mean", "k", "measured", orders, [=](int k) { return 0.2 * gap(k); }));
  list.push_back(series("output_gap_max", "k", "measured", orders, [=](int k) { return 1.7 * gap(k); }));
  if (stable) add_bounds(list, rate);
  list.push_back(series("loss_truncated", "k", "measured", orders,
                        [=](int k) { return loss + 2.5 * std::pow(rate, k) * ripple(seed, k); }));
  list.push_back(series("train_nll", "epoch", "measured", epochs,
                        [=](int e) { return 0.95 * loss + 3 * std::exp(-0.2 * e) * ripple(seed, e); }));
  list.push_back(series("valid_nll", "epoch", "measured", epochs,
                        [=](int e) { return loss + 3 * std::exp(-0.2 * e) * ripple(seed, e + 7); }));
  if (stable) list.push_back(series("rate_proved", "epoch", "upper", epochs, [](int) { return 0.95; }));
  json metrics = {{"test_nll", loss},
                  {"valid_nll", loss - 0.1},
                  {"decay_rate", rate + 0.002 * seed},
                  {"epsilon", 0.01},
                  {"k_measured", stable ? 13 + seed % 2 : 25},
                  {"epochs", epochs}};
  json config = {{"task", task}, {"cell", "elman"}, {"stable_set", stable_set}, {"hidden", 100}, {"kmax", orders}};
  if (stable) {
    metrics["rate_upper"] = 0.95;
    metrics["k_promised"] = 30;
    config["lambda"] = 0.95;
  }
  const json data = task == "jsb" ? json{{"music/jsb-chorales.json", "ab12"}} : json::object();
  return {{"schema", "unrecur.result/1"},
          {"experiment", "gap"},
          {"seed", seed},
          {"config", config},
          {"metrics", metrics},
          {"series", list},
          {"notes", {{"certificate", "one-norm"}}},
          {"provenance",
           {{"command", "unrecur reproduce gap --tier laptop"},
            {"commit", "0123456789abcdef"},
            {"compiler", "GNU 12.2.0"},
            {"machine", "Linux 6.1.0 x86_64"},
            {"cpu", "Some Processor 3000"},
            {"threads", 1},
            {"wall_seconds", 61.5 + seed},
            {"peak_memory_mib", 48.25},
            {"started", "2026-01-31T12:00:00Z"},
            {"tier", "laptop"},
            {"version", 1},
            {"data", data}}}};
}

void store_result(const std::filesystem::path& folder, const std::string& hash, const json& result) {
  const auto job = folder / "jobs" / hash;
  std::filesystem::create_directories(job);
  std::ofstream(job / "result.json") << result.dump();
}

void store_synthetic_results(const std::filesystem::path& folder) {
  int number = 0;
  for (const char* task : {"teacher", "jsb"}) {
    for (const char* set : {"none", "spectral"}) {
      for (int seed = 0; seed < 3; ++seed) {
        char hash[17];
        std::snprintf(hash, sizeof hash, "%016x", 0xabc0 + number++);
        if (std::string(task) == "jsb" && std::string(set) == "none" && seed == 2) continue;
        store_result(folder, hash, synthetic_gap_result(task, set, seed));
      }
    }
  }
}

}  // namespace unrecur::testing
