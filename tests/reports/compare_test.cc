#include "reports/compare/compare.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "reports/compare/comparison_page.h"
#include "reports/report/report.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::compare_test {
namespace {

using nlohmann::json;
using unrecur::testing::content;
using unrecur::testing::store_result;
using unrecur::testing::synthetic_gap_result;
using unrecur::testing::TemporaryFolder;

/// Three seeds of one variant; `change` may change each.
template <class Change>
void store_seeds(const TemporaryFolder& folder, const Change& change, int seeds = 3) {
  for (int seed = 1; seed <= seeds; ++seed) {
    json result = synthetic_gap_result("jsb", "spectral", seed);
    change(result, seed);
    store_result(folder.path(), "job" + std::to_string(seed), result);
  }
}

ResultsComparison compared(const TemporaryFolder& now, const TemporaryFolder& before) {
  return compare_results(read_results(now.path()), read_results(before.path()));
}

TEST(Compare, TheSameResultsAreTheSameWhoeverComputedThem) {
  const TemporaryFolder now, before;
  store_seeds(now, [](json&, int) {});
  store_seeds(before, [](json& result, int) {
    result["provenance"]["commit"] = "other";
    result["provenance"]["wall_seconds"] = 1.0;
    result["config"]["stable_set_version"] = 1;
  });
  const ResultsComparison c = compared(now, before);
  EXPECT_EQ(c.pairs, 3u);
  EXPECT_EQ(c.identical, 3u);
  EXPECT_TRUE(c.changes.empty());
  EXPECT_TRUE(c.only_now.empty() && c.only_before.empty());
  EXPECT_EQ(comparison_sentence(c), "3 results are in both folders: 3 the same to the last bit, 0 not.");
}

TEST(Compare, AChangeIsPairedBySeedAndHasAnInterval) {
  const TemporaryFolder now, before;
  store_seeds(now, [](json& result, int seed) {
    result["metrics"]["test_nll"] = result["metrics"]["test_nll"].get<double>() + (seed == 3 ? 0.0 : 0.1 * seed);
  });
  store_seeds(before, [](json&, int) {});
  const ResultsComparison c = compared(now, before);
  EXPECT_EQ(c.identical, 1u);
  ASSERT_EQ(c.changes.size(), 1u);
  EXPECT_EQ(c.changes[0].metric, "test_nll");
  EXPECT_EQ(c.changes[0].pairs, 3u);
  EXPECT_EQ(c.changes[0].changed, 2u);
  EXPECT_NEAR(c.changes[0].difference, 0.1, 1e-12);
  ASSERT_TRUE(c.changes[0].interval.has_value());
  EXPECT_LE(c.changes[0].interval->low, 0.1);
  EXPECT_GE(c.changes[0].interval->high, 0.1);
  // Exchanged, the difference changes its sign.
  EXPECT_NEAR(compared(before, now).changes[0].difference, -0.1, 1e-12);
}

TEST(Compare, ABitInASeriesIsAChangeToo) {
  const TemporaryFolder now, before;
  store_seeds(now, [](json& result, int seed) {
    if (seed == 1) result["series"][0]["y"][5] = result["series"][0]["y"][5].get<double>() * (1 + 1e-15);
  });
  store_seeds(before, [](json&, int) {});
  const ResultsComparison c = compared(now, before);
  EXPECT_EQ(c.identical, 2u);
  EXPECT_TRUE(c.changes.empty());
  ASSERT_EQ(c.series_only.size(), 1u);
  EXPECT_NE(c.series_only[0].find("seed 1: state_gap_max"), std::string::npos) << c.series_only[0];
}

TEST(Compare, MeasuredTimesAreNoChange) {
  const TemporaryFolder now, before;
  const auto with_times = [](double seconds) {
    return [seconds](json& result, int) {
      result["metrics"]["train_seconds"] = seconds;
      result["metrics"]["speedup_chunked"] = 1.0 / seconds;
      json series = result["series"][0];
      series["name"] = "seconds_of_steps";
      series["y"][0] = seconds;
      result["series"].push_back(series);
    };
  };
  store_seeds(now, with_times(2.0));
  store_seeds(before, with_times(3.0));
  const ResultsComparison c = compared(now, before);
  EXPECT_EQ(c.identical, 3u);
  EXPECT_TRUE(c.changes.empty() && c.series_only.empty());
}

TEST(Compare, WhatHasNoPartnerIsTold) {
  const TemporaryFolder now, before;
  store_seeds(
      now, [](json&, int) {}, 3);
  store_seeds(
      before, [](json& result, int) { result["config"]["hidden"] = 7; }, 1);
  const ResultsComparison c = compared(now, before);
  EXPECT_EQ(c.pairs, 0u);
  EXPECT_EQ(c.only_now.size(), 3u);
  EXPECT_EQ(c.only_before.size(), 1u);
}

TEST(Compare, AMetricThatOneSideAloneHasIsAChange) {
  const TemporaryFolder now, before;
  store_seeds(
      now, [](json& result, int) { result["metrics"]["new_metric"] = 1.0; }, 1);
  store_seeds(
      before, [](json&, int) {}, 1);
  const ResultsComparison c = compared(now, before);
  ASSERT_EQ(c.changes.size(), 1u);
  EXPECT_EQ(c.changes[0].pairs, 0u);
  EXPECT_EQ(c.identical, 0u);
}

TEST(Compare, ThePageShowsTheChange) {
  const TemporaryFolder now, before;
  store_seeds(now, [](json& result, int) { result["metrics"]["test_nll"] = 9.0; });
  store_seeds(before, [](json& result, int) { result["metrics"]["test_nll"] = 8.0; });
  const WrittenComparison written = write_comparison({.folder = now.path(), .against = before.path()});
  EXPECT_EQ(written.html, now.path() / "comparison.html");
  const std::string html = content(written.html);
  EXPECT_NE(html.find("What changed"), html.npos);
  EXPECT_NE(html.find("<code>test_nll</code>"), html.npos);
  EXPECT_NE(html.find("1 [1.000, 1.000]"), html.npos);
  EXPECT_NE(html.find("12 %"), html.npos);
  EXPECT_THROW(write_comparison({.folder = now.path(), .against = before.path() / "nowhere"}), FileError);
}

}  // namespace
}  // namespace unrecur::reports::compare_test
