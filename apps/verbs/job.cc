// What `reproduce` starts for each job; people do not call it, so it has no summary.

#include <signal.h>

#include <limits>

#include "apps/cli/command_line.h"
#include "apps/cli/signals.h"
#include "apps/cli/verb.h"
#include "experiments/runner/job_runner.h"
#include "models/arrays/product.h"

namespace unrecur::registry::verbs {
namespace {

int run_job(const std::vector<std::string>& arguments) {
  const StopOnSignals signals;  // first of all: `reproduce` may stop its jobs at any time
  CommandLine line("job", "Runs one job of `unrecur reproduce`.");
  line.positional("FOLDER", "the job's folder, with its job.json", 1, 1);
  line.option("data", "DIR", "folder of the public data sets");
  line.flag("force", "run it even if its result is stored, from the start");
  line.option("progress", "DESCRIPTOR", "open pipe that takes progress messages");
  if (!line.parse(arguments)) return 0;

  ::signal(SIGPIPE, SIG_IGN);  // a reader of progress that was killed must not keep the job from saving its state
  ProgressReport progress;
  if (const auto descriptor = line.whole("progress", 0, std::numeric_limits<int>::max())) {
    progress = ProgressReport::into_pipe(static_cast<int>(*descriptor));
  }
  const JobFolder folder{line.words()[0]};
  set_product_threads(read_job(folder.job()).threads);
  run_job({.folder = folder,
           .data = DataSource::from(line.path("data")),
           .force = line.has("force"),
           .execution = signals.execution()},
          progress);
  return 0;
}

}  // namespace

extern const Verb job;
const Verb job = {"job", "", 0, run_job};

}  // namespace unrecur::registry::verbs
