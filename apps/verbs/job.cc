// What `reproduce` starts for each job; people do not call it, so it has no summary.

#include <limits>

#include "apps/cli/command_line.h"
#include "apps/cli/verb.h"
#include "experiments/runner/job_runner.h"

namespace unrecur::registry::verbs {
namespace {

int run(const std::vector<std::string>& arguments) {
  CommandLine line("job", "Runs one job of `unrecur reproduce`.");
  line.positional("FOLDER", "the job's folder, with its job.json", 1, 1);
  line.option("data", "DIR", "folder of the public data sets");
  line.flag("force", "run it even if its result is stored, from the start");
  line.option("progress", "DESCRIPTOR", "open pipe that takes progress messages");
  if (!line.parse(arguments)) return 0;

  ProgressReport progress;
  if (const auto descriptor = line.whole("progress", 0, std::numeric_limits<int>::max())) {
    progress = ProgressReport::into_pipe(static_cast<int>(*descriptor));
  }
  run_job({.folder = {line.words()[0]}, .data = DataSource::from(line.path("data")), .force = line.has("force")},
          progress);
  return 0;
}

}  // namespace

extern const Verb job;
const Verb job = {"job", "", 0, run, true};

}  // namespace unrecur::registry::verbs
