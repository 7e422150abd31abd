// One training run from a configuration file.

#include <fmt/format.h>

#include <cmath>
#include <iostream>

#include "apps/cli/command_line.h"
#include "apps/cli/signals.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/source.h"
#include "experiments/plan/config.h"
#include "experiments/support/progress.h"
#include "experiments/training/recipe.h"
#include "models/arrays/product.h"

namespace unrecur::registry::verbs {
namespace {

/// The learning curve, one line an epoch.
std::string csv_of(const std::vector<EpochRecord>& history) {
  std::string text = "epoch,train,valid,learning_rate,proved_rate\n";
  for (const EpochRecord& r : history) {
    text += fmt::format("{},{},{},{},{}\n", r.epoch, r.train, r.valid, r.learning_rate,
                        std::isfinite(r.proved_rate) ? fmt::format("{}", r.proved_rate) : "");
  }
  return text;
}

int run_train(const std::vector<std::string>& arguments) {
  CommandLine line("train", "Trains one model as a configuration says.");
  line.positional("CONFIG.toml", "task, cell, hidden, epochs, learning_rate, stable_set, lambda, seed, …", 1, 1);
  line.option("out", "DIR", "folder for the model, its learning curve and the checkpoint");
  line.option("data", "DIR", "folder of the public data sets; default: the environment variable UNRECUR_DATA");
  line.flag("resume", "go on from the checkpoint in DIR");
  line.example("unrecur train music.toml --out run", "writes run/model.safetensors and run/history.csv");
  line.example("unrecur train music.toml --out run --resume", "after an interruption");
  if (!line.parse(arguments)) return 0;
  const auto out = line.path("out");
  if (!out) throw UsageError("train needs --out DIR");
  const Config config = Config::read(line.words().front());
  const Recipe recipe = read_recipe(config);
  WorkloadOptions work = read_workload(config);
  const auto seed = static_cast<std::uint64_t>(config.get_int("seed", 1, {.at_least = 0}));
  config.require_all_read();
  if (std::filesystem::exists(*out / "checkpoint") && !line.has("resume")) {
    throw UsageError((*out / "checkpoint").string() +
                     " is there already: add --resume to go on from it, or choose another folder");
  }
  work.seed = seed;
  const Workload workload = make_workload(work, DataSource::from(line.path("data")));
  std::error_code error;
  std::filesystem::create_directories(*out, error);
  if (error) throw ResourceError(out->string() + ": the folder cannot be made: " + error.message());
  if (recipe.model.units < kSmallState) set_product_threads(1);
  ProgressReport progress = ProgressReport::on_stderr("train " + work.task);
  const StopOnSignals signals;
  const Trained trained =
      run_recipe(recipe, workload, seed, *out, config.resolved_json(), progress, signals.execution());
  write_atomically(*out / "history.csv", csv_of(trained.outcome.history));
  std::cout << fmt::format("best epoch {}: validation {} {:.6f}, test {:.6f}\nmodel: {}\n", trained.outcome.best_epoch,
                           workload.measure(), workload.shown(trained.outcome.best_valid), trained.test,
                           (*out / "model.safetensors").string());
  return 0;
}

}  // namespace

extern const Verb train;
const Verb train = {"train", "trains one model as a configuration says", 2, run_train};

}  // namespace unrecur::registry::verbs
