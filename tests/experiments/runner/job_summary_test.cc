#include "experiments/plan/job_summary.h"

#include <gtest/gtest.h>

namespace unrecur::job_summary_test {
namespace {

TEST(JobSummary, SaysWhatTellsTheJobsOfATaskAndCellApart) {
  const auto job = [](std::string config, std::uint64_t seed) {
    Job made;
    made.config = std::move(config);
    made.seed = seed;
    return made;
  };
  const std::vector<Job> jobs = {
      job(R"({"task":"words","cell":"lstm","stable_set":"none","epochs":7})", 1),
      job(R"({"task":"words","cell":"lstm","stable_set":"tight","lambda":0.99,"epochs":7})", 1),
      job(R"({"task":"words","cell":"lstm","stable_set":"tight","lambda":0.99,"epochs":7,"exact_words":20})", 1),
      job(R"({"task":"words","cell":"elman","stable_set":"none","epochs":20})", 2),
      job(R"({"steps":4})", 3),
      job(R"({"steps":5})", 3),
      job(R"({"task":"copy"})", 4),
  };
  const std::vector<std::string> expected = {"words lstm none, seed 1",
                                             "words lstm tight lambda=0.99, seed 1",
                                             "words lstm tight exact_words=20 lambda=0.99, seed 1",
                                             "words elman none, seed 2",
                                             "steps=4, seed 3",
                                             "steps=5, seed 3",
                                             "copy, seed 4"};
  EXPECT_EQ(summaries_of(jobs), expected);
  EXPECT_EQ(summaries_of({job("{}", 5)}), std::vector<std::string>{"seed 5"});
}

}  // namespace
}  // namespace unrecur::job_summary_test
