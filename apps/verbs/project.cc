// The nearest weights in a stable set, as a model file.

#include <fmt/format.h>

#include <cmath>
#include <iostream>

#include "apps/command_line.h"
#include "apps/verb.h"
#include "experiments/training/stable_set.h"
#include "models/errors.h"
#include "models/model_file.h"

namespace unrecur::registry::verbs {
namespace {

double distance(const Parameters<float>& a, const Parameters<float>& b) {
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i].value - b[i].value).cast<double>().squaredNorm();
  return std::sqrt(squares);
}

int run(const std::vector<std::string>& arguments) {
  CommandLine line("project", "Writes the nearest weights in a stable set.");
  line.positional("MODEL", "a model file that unrecur train or reproduce wrote", 1, 1);
  line.option("output,o", "OUT", "where the projected model goes");
  line.option("rate", "L", "contraction rate of the set, above 0 and at most 1; default 0.99");
  line.option("set", "NAME",
              "stable set; default spectral. For lstm: miller_hardt, miller_hardt_l1, comparison_matrix; for gru: "
              "delta_iss");
  line.option("input-bound", "B", "|x_i| <= B for every dense input: what sets of lstm and gru cells need to know");
  line.example("unrecur project model.safetensors -o stable.safetensors --rate 0.95",
               "then: unrecur check stable.safetensors");
  if (!line.parse(arguments)) return 0;
  const auto out = line.path("output");
  if (!out) throw UsageError("project needs --output OUT");
  SequenceModel<float> model = load_model(line.words().front());
  const Parameters<float> before = model.cell().parameters();
  StableSetOptions options{.rate = line.number("rate", 1e-12, 1.0).value_or(0.99)};
  if (const auto bound = line.number("input-bound", 0.0, 1e30)) {
    const auto box = Vector<float>::Constant(model.spec().frame, std::nextafter(static_cast<float>(*bound), 2e30F));
    options.inputs = {-box, box};
  }
  const auto set = make_stable_set(line.text("set").value_or("spectral"), options);
  set->project(model);
  save_model(*out, model);
  const auto proved = set->prove(model);
  std::cout << fmt::format("{}: moved by {:.6g} (Frobenius norm); ", out->string(),
                           distance(before, model.cell().parameters()));
  std::cout << (proved ? fmt::format("contraction rate proved at most {:.9g}\n", proved->value)
                       : std::string("no contraction rate below 1 is proved\n"));
  return 0;
}

}  // namespace

extern const Verb project;
const Verb project = {"project", "writes the nearest weights in a stable set", 5, run};

}  // namespace unrecur::registry::verbs
