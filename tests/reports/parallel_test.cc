// The chapter on recurrences in parallel, from results made up here.
#include <gtest/gtest.h>

#include "reports/results/section.h"

namespace unrecur::reports::parallel_test {
namespace {

StoredResult job_of(double lambda, std::map<std::string, double> metrics) {
  StoredResult result;
  result.experiment = "parallel";
  result.seed = 1;
  result.config = {{"cell", "elman"}, {"lambda", std::to_string(lambda)}, {"hidden", "16"}, {"length", "600"}};
  result.metrics = std::move(metrics);
  return result;
}

/// How the claims of the plan stand, as the chapter's table has them.
std::string claims_of(const std::vector<StoredResult>& results) {
  ExperimentPlan plan;
  plan.experiment = "parallel";
  plan.tier = "smoke";
  for (const char* name : {"S1", "S2", "S3"}) plan.claim[name] = plan.verdict[name] = "said";
  const SectionContent content = find_section("parallel")->render({results, &plan});
  std::string text;
  for (const Block& block : content.blocks) {
    if (const auto* table = std::get_if<Table>(&block)) {
      for (const auto& row : table->rows) {
        for (const std::string& cell : row) text += cell + " | ";
        text += "\n";
      }
    }
  }
  return text;
}

const std::map<std::string, double> kKept{{"epsilon", 1e-6},       {"rate_upper", 0.9},    {"promised_jacobi", 100},
                                          {"needed_jacobi", 40},   {"error_jacobi", 1e-8}, {"promised_newton", 30},
                                          {"needed_newton", 12},   {"error_newton", 0.0},  {"error_chunked", 0.0},
                                          {"speedup_chunked", 3.0}};

TEST(ParallelChapter, CountsPromisesThatWereKept) {
  const std::string text = claims_of({job_of(0.9, kKept), job_of(0.99, kKept)});
  EXPECT_NE(text.find("6 of 6 numbers of sweeps"), std::string::npos) << text;
  EXPECT_NE(text.find("1 of 1 jobs promise fewer"), std::string::npos) << text << "0.99 is above the rule's range";
}

TEST(ParallelChapter, SeesAPromiseThatWasBroken) {
  auto broken = kKept;
  broken["needed_newton"] = 31;
  const std::string text = claims_of({job_of(0.9, broken)});
  EXPECT_NE(text.find("2 of 3 numbers of sweeps"), std::string::npos) << text;
}

}  // namespace
}  // namespace unrecur::reports::parallel_test
