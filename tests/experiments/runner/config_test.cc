#include "experiments/plan/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/errors.h"
#include "tests/support/file_errors.h"

namespace unrecur::config_test {
namespace {

using testing::problem_of;

constexpr const char* sample = R"(# a comment
task = "teacher"
hidden = 32
lambda = 0.9
clip = 5
shuffle = true
orders = [1, 2, 4]
names = ["a", "b"]

[model]
leak = 0.5
)";

Config read(const std::string& text) {
  return Config::from_toml(text, "run.toml");
}

TEST(Config, ReadsEveryType) {
  const Config config = read(sample);
  EXPECT_EQ(config.get_string("task"), "teacher");
  EXPECT_EQ(config.get_int("hidden"), 32);
  EXPECT_EQ(config.get_double("lambda"), 0.9);
  EXPECT_EQ(config.get_double("clip"), 5.0);
  EXPECT_TRUE(config.get_bool("shuffle"));
  EXPECT_EQ(config.get_ints("orders"), (std::vector<std::int64_t>{1, 2, 4}));
  EXPECT_EQ(config.get_doubles("orders"), (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(config.get_strings("names"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(config.get_double("model.leak"), 0.5);
  EXPECT_NO_THROW(config.require_all_read());
}

TEST(Config, ResolvedConfigurationHoldsFallbacksAndReadsBackTheSame) {
  const Config config = read("lambda = 1\ntask = \"jsb\"\n");
  EXPECT_EQ(config.get_double("lambda"), 1.0);
  EXPECT_EQ(config.get_int("epochs", 40), 40);
  EXPECT_EQ(config.get_strings("sets", {"none"}), std::vector<std::string>{"none"});
  EXPECT_EQ(config.get_string("task"), "jsb");
  const std::string resolved = config.resolved_json();
  EXPECT_EQ(resolved, R"({"epochs":40,"lambda":1.0,"sets":["none"],"task":"jsb"})");

  const Config again = Config::from_json(resolved, "job.json");
  again.get_double("lambda");
  again.get_int("epochs", 7);
  again.get_strings("sets", {});
  again.get_string("task");
  EXPECT_NO_THROW(again.require_all_read());
  EXPECT_EQ(again.resolved_json(), resolved);
}

TEST(Config, DoublesKeepTheirBits) {
  std::mt19937_64 bits(5);
  for (int i = 0; i < 2000; ++i) {
    double value = 0;
    const std::uint64_t word = bits();
    std::memcpy(&value, &word, sizeof value);
    if (!std::isfinite(value)) continue;
    const Config config("x", {{"v", {value, 0, 0}}});
    EXPECT_EQ(Config::from_json(config.written_json(), "x").get_double("v"), value);
  }
}

TEST(Config, WrongValuesNameFilePlaceAndExpectation) {
  const Config config = read(sample);
  EXPECT_EQ(problem_of([&] { config.get_int("task"); }),
            "run.toml: task (line 2): expected a whole number, found \"teacher\"");
  EXPECT_EQ(problem_of([&] { config.get_int("lambda"); }),
            "run.toml: lambda (line 4): expected a whole number, found 0.9");
  EXPECT_EQ(problem_of([&] { config.get_string("hidden"); }), "run.toml: hidden (line 3): expected a string, found 32");
  EXPECT_EQ(problem_of([&] { config.get_bool("hidden"); }),
            "run.toml: hidden (line 3): expected true or false, found 32");
  EXPECT_EQ(problem_of([&] { config.get_double("shuffle"); }),
            "run.toml: shuffle (line 6): expected a finite number, found true");
  EXPECT_EQ(problem_of([&] { config.get_double("orders"); }),
            "run.toml: orders (line 7): expected a finite number, found a list");
  EXPECT_EQ(problem_of([&] { config.get_doubles("lambda"); }),
            "run.toml: lambda (line 4): expected a list ([...]), each element a finite number");
  EXPECT_EQ(problem_of([&] { config.get_ints("names"); }),
            "run.toml: names (line 8): expected a whole number, found \"a\"");
  EXPECT_EQ(problem_of([&] { config.get_double("missing"); }),
            "run.toml: missing: expected this key, which is missing");
  EXPECT_EQ(problem_of([&] { config.get_double("lamda"); }), "run.toml: lamda: expected this key, which is missing");
  EXPECT_EQ(problem_of([&] { read("epoch = 3\n").get_int("epochs"); }),
            "run.toml: epochs: expected this key, which is missing (is epoch (line 1) meant to be it?)");
}

TEST(Config, RangesAreChecked) {
  const Config config = read("a = -1\nb = 1.5\nc = 0\nd = [1, -2]\n");
  EXPECT_EQ(problem_of([&] { config.get_int("a", {.at_least = 0}); }),
            "run.toml: a (line 1): expected a whole number at least 0, found -1");
  EXPECT_EQ(problem_of([&] { config.get_double("b", {.above = 0, .at_most = 1}); }),
            "run.toml: b (line 2): expected a finite number above 0 and at most 1, found 1.5");
  EXPECT_EQ(problem_of([&] { config.get_double("c", {.above = 0}); }),
            "run.toml: c (line 3): expected a finite number above 0, found 0");
  EXPECT_EQ(problem_of([&] { config.get_double("b", {.below = 1.5}); }),
            "run.toml: b (line 2): expected a finite number below 1.5, found 1.5");
  EXPECT_EQ(problem_of([&] { config.get_ints("d", {.at_least = 1}); }),
            "run.toml: d (line 4): expected a whole number at least 1, found -2");
  EXPECT_EQ(config.get_double("b", {.at_least = 1.5, .at_most = 1.5}), 1.5);
}

TEST(Config, ChoicesNameTheNearest) {
  const Config config = read("set = \"spectrl\"\n");
  EXPECT_EQ(problem_of([&] {
              config.get_choice("set", {"none", "spectral"});
            }),
            "run.toml: set (line 1): expected one of none, spectral, found \"spectrl\" (did you mean 'spectral'? known "
            "are none, spectral)");
  EXPECT_EQ(config.get_choice("other", {"none", "spectral"}, "none"), "none");
}

TEST(Config, UnknownKeysNameThePlaceTheNearestAndAllKnown) {
  const Config config = read("hidden = 3\n  lamda = 0.9\n");
  config.get_int("hidden");
  config.get_double("lambda", 1.0);
  config.get_double("epochs", 1.0);
  EXPECT_EQ(
      problem_of([&] { config.require_all_read(); }),
      "run.toml: lamda (line 2, column 3): unknown key (did you mean 'lambda'? known are epochs, hidden, lambda)");
}

TEST(Config, AKeyThatWasOnlyAskedForIsOutOfPlace) {
  const Config config = read("rate = 0.9\n");
  EXPECT_TRUE(config.has("rate"));
  EXPECT_EQ(problem_of([&] { config.require_all_read(); }),
            "run.toml: rate (line 1, column 1): this key has no meaning beside the others (leave it out)");
}

TEST(Config, OverridesKeepTheirPlaces) {
  const Config merged = read("a = 1\nb = 2\n").overridden_by(read("\n\nb = \"x\"\n"));
  EXPECT_EQ(merged.get_int("a"), 1);
  EXPECT_EQ(problem_of([&] { merged.get_int("b"); }), "run.toml: b (line 3): expected a whole number, found \"x\"");
}

TEST(Config, MalformedTomlIsRefusedWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a = \n", "line 1, column"},
      {"a = 1\nb = [1, 2\n", "line "},
      {"a = 1\na = 2\n", "line 2, column"},
      {"a = \"x\n", "line "},
      {"[t\nx = 1\n", "line "},
      {"a = 99999999999999999999\n", "line 1, column"},
      {"a = -\n", "line 1"},
      {std::string("a = \"\xff\xfe\"\n"), "line 1"},
      {std::string("a = \0 1\n", 8), "line 1"},
      {std::string(100000, '['), "line 1"},
      {"a = " + std::string(5000, '[') + std::string(5000, ']'), "line 1"},
      {"a = nan\n", "a (line 1): expected a finite number, found inf or nan"},
      {"a = -inf\n", "a (line 1): expected a finite number, found inf or nan"},
      {"a = [0.5, nan]\n", "a (line 1): expected a finite number, found inf or nan"},
      {"a = 1e999\n", "line 1"},
      {"\na = 1979-05-27\n", "a (line 2): expected a string, number, truth value or list, found a date or time"},
      {"a = [[1]]\n", "a (line 1): expected a list of single values, found a list in the list"},
      {"a = [{b = 1}]\n", "a (line 1): expected a list of single values, found a table in the list"},
      {"\"a.b\" = 1\n[a]\nb = 2\n", "a.b"},
  };
  for (const auto& [text, place] : cases) {
    const std::string problem = problem_of([&] { read(text); });
    EXPECT_TRUE(problem.starts_with("run.toml: ")) << problem << "\n" << text.substr(0, 80);
    EXPECT_NE(problem.find(place), std::string::npos) << problem << "\n" << text.substr(0, 80);
  }
}

TEST(Config, MalformedJsonIsRefusedWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "line 1, column 1: expected JSON"},
      {"[1]", "expected a JSON object, found a list"},
      {"{\"a\":\n 1,", "line 2"},
      {"{\"a\":NaN}", "line 1"},
      {"{\"a\":1e999}", "expected JSON whose numbers fit a double"},
      {"{\"a\":18446744073709551615}", "a: expected a whole number of at most 63 bits"},
      {"{\"a\":null}", "a: expected a string, number, truth value or flat list, found null"},
      {"{\"a\":{\"b\":1}}", "a: expected a string, number, truth value or flat list, found an object"},
      {"{\"a\":[[1]]}", "found a list"},
      {"{\"a\":1,\"a\":2}", "a: this key is given twice"},
      {"{\"a\":\"\xff\"}", "line 1"},
      {std::string(1000000, '['), "nested at most 64 deep"},
      {"{} x", "line 1, column 4"},
  };
  for (const auto& [text, place] : cases) {
    const std::string problem = problem_of([&] { Config::from_json(text, "job.json"); });
    EXPECT_TRUE(problem.starts_with("job.json: ")) << problem << "\n" << text.substr(0, 80);
    EXPECT_NE(problem.find(place), std::string::npos) << problem << "\n" << text.substr(0, 80);
  }
}

TEST(Config, EveryTruncationIsRefusedOrReadsWhatIsThere) {
  const std::string text = R"({"epochs":40,"lambda":1.0,"sets":["none"],"task":"jsb"})";
  for (std::size_t n = 0; n < text.size(); ++n) {
    EXPECT_THROW(Config::from_json(text.substr(0, n), "x"), FileError) << n;
  }
}

TEST(Config, FilesThatAreNoneAreRefused) {
  EXPECT_THROW(Config::read("/nowhere/run.toml"), FileError);
  EXPECT_THROW(Config::read("/"), FileError);
  EXPECT_THROW(Config::read("run.yaml"), FileError);
}

}  // namespace
}  // namespace unrecur::config_test
