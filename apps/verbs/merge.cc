// Results of several machines into one folder.

#include "experiments/runner/merge.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/command_line.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/quantities.h"
#include "apps/cli/verb.h"
#include "base/errors.h"

namespace unrecur::registry::verbs {
namespace {

nlohmann::json merge_json(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& out,
                          const MergeSummary& summary) {
  nlohmann::json document = {{"schema", "unrecur.merge/1"},
                             {"out", out.string()},
                             {"folders", nlohmann::json::array()},
                             {"results", summary.results},
                             {"same", summary.same},
                             {"unfinished", summary.unfinished},
                             {"running", summary.running},
                             {"conflicts", nlohmann::json::array()}};
  for (const auto& folder : folders) document["folders"].push_back(folder.string());
  for (const MergeConflict& c : summary.conflicts) {
    document["conflicts"].push_back(
        {{"what", c.what},
         {"where", c.where},
         {"kept_from", c.kept_from.string()},
         {"other_from", c.other_from.string()},
         {"other", c.other.empty() ? nlohmann::json() : nlohmann::json((out / c.other).string())}});
  }
  return document;
}

void print_merge(const std::filesystem::path& out, const MergeSummary& summary) {
  std::cout << count_text(summary.results, "result") << " in " << out.string() << "\n";
  if (summary.same > 0)
    std::cout << count_text(summary.same, "more result") << " of the same jobs with equal numbers\n";
  if (summary.unfinished > 0) {
    std::cout << count_text(summary.unfinished, "job") << " without a result, with checkpoint and log\n";
  }
  for (const std::string& hash : summary.running) std::cout << "left out: job " << hash << " still runs\n";
  for (const MergeConflict& c : summary.conflicts) {
    std::cout << "conflict: " << c.what << ": " << c.where << "\n  kept: " << c.kept_from.string()
              << "; other: " << c.other_from.string();
    if (!c.other.empty()) std::cout << ", now " << (out / c.other).string();
    std::cout << "\n";
  }
}

int run_merge(const std::vector<std::string>& arguments) {
  CommandLine line("merge",
                   "Makes one folder of results out of several, say of several machines. Exit code 11: some job has "
                   "other numbers in "
                   "another folder; both are kept.");
  line.positional("DIR", "folders that reproduce wrote to; the first one counts where results differ", 2);
  line.option("out,o", "DIR", "the merged folder; it must not be there yet, or be empty");
  line.flag("json", "what was merged, as JSON on standard output");
  line.example("unrecur merge nodeA nodeB -o all", "then `unrecur report all`");
  if (!line.parse(arguments)) return 0;
  const auto out = line.path("out");
  if (!out) throw UsageError("merge: expected --out DIR, the folder to make");
  const std::vector<std::filesystem::path> folders(line.words().begin(), line.words().end());

  const MergeSummary summary = merge_results(folders, *out);
  if (line.has("json")) {
    std::cout << merge_json(folders, *out, summary).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
              << "\n";
  } else {
    print_merge(*out, summary);
  }
  return summary.conflicts.empty() ? exit_done : exit_undecided;
}

}  // namespace

extern const Verb merge;
const Verb merge = {"merge", "makes one folder of results out of those of several machines", 9, run_merge};

}  // namespace unrecur::registry::verbs
