#include "theory/proofs/memory_file.h"

#include <utility>

#include "base/file_bytes.h"
#include "theory/proofs/claim_words.h"
#include "theory/proofs/proof_observed.h"

namespace unrecur {
namespace {

using nlohmann::json;
using verify::Bistable;

json basin_json(const Bistable::Basin& basin) {
  return {{"prefix", hex_columns(basin.prefix)},
          {"center", hex_list(basin.center)},
          {"frame", hex_columns(basin.frame)},
          {"radii", hex_list(basin.radii)},
          {"bits_per_step", hex(basin.bits_per_step)}};
}

json json_of(const MemoryFile& file) {
  json document = {{"schema", kMemorySchema},
                   {"kind", "memory"},
                   {"says", file.says},
                   {"layer", json_of(file.layer)},
                   {"epsilon", hex(file.epsilon)},
                   {"for_ever", file.bistable.has_value()},
                   {"of", json_of(ProofObserved{observed_of(file), file.head})}};
  if (file.bistable) {
    const Bistable& w = *file.bistable;
    document.update({{"steps", w.steps},
                     {"period", w.period},
                     {"domain", {{"inputs", json_of(inputs_of(file))}}},
                     {"suffix", hex_columns(w.input)},
                     {"first", basin_json(w.first)},
                     {"second", basin_json(w.second)}});
  } else if (file.memory) {
    const verify::Memory& w = *file.memory;
    document.update({{"steps", w.steps},
                     {"domain", {{"inputs", json_of(inputs_of(file))}}},
                     {"suffix", hex_columns(w.suffix)},
                     {"first", {{"prefix", hex_columns(w.first)}}},
                     {"second", {{"prefix", hex_columns(w.second)}}},
                     {"bits_per_step", hex(w.bits_per_step)}});
  }
  return document;
}

verify::Inputs read_inputs(const ProofReader& domain, MemoryFile& file) {
  domain.only({"inputs"});
  ProofInputs read = read_proof_inputs(domain);
  file.vocabulary = read.vocabulary;
  file.embedding = std::move(read.embedding);
  return std::move(read.inputs);
}

Bistable::Basin read_basin(const ProofReader& basin) {
  basin.only({"prefix", "center", "frame", "radii", "bits_per_step"});
  return {.prefix = basin.columns("prefix"),
          .center = vector_of(basin.numbers("center")),
          .frame = basin.columns("frame"),
          .radii = vector_of(basin.numbers("radii")),
          .bits_per_step = basin.number("bits_per_step")};
}

Matrix<double> read_prefix(const ProofReader& part) {
  part.only({"prefix"});
  return part.columns("prefix");
}

}  // namespace

verify::Observed observed_of(const MemoryFile& file) {
  return file.bistable ? file.bistable->observed : file.memory ? file.memory->observed : verify::Observed{};
}

ProofInputs inputs_of(const MemoryFile& file) {
  const auto& set = file.bistable ? file.bistable->inputs : file.memory ? file.memory->inputs : verify::Inputs{};
  return {set, file.vocabulary, file.embedding};
}

std::optional<MemoryFile> memory_file_of(const RecurrentModel& model, const RecurrentLayer& layer,
                                         const LayerReport& report, const NamedTensors& names) {
  require_verifier();
  const ProvedMemory& proved = report.memory.proved;
  if (!report.cell || !report.memory.at_least()) return std::nullopt;
  MemoryFile file{.layer = proved_layer(layer.name, *report.cell), .epsilon = report.error};
  verify::Inputs* inputs = nullptr;
  verify::Observed* observed = nullptr;
  if (proved.bistable) {
    file.bistable = proved.bistable;
    inputs = &file.bistable->inputs;
    observed = &file.bistable->observed;
    file.says = layer.name + " " + format_memory(*file.bistable);
  } else {
    file.memory = proved.witness;
    inputs = &file.memory->inputs;
    observed = &file.memory->observed;
    file.says = layer.name + " " + format_memory(*file.memory);
  }
  ProofInputs kept = inputs_for_file(model, std::move(*inputs), names.embedding);
  *inputs = std::move(kept.inputs);
  file.vocabulary = kept.vocabulary;
  file.embedding = std::move(kept.embedding);
  ProofObserved compared = observed_for_file(std::move(*observed), names);
  *observed = std::move(compared.observed);
  file.head = std::move(compared.head);
  return file;
}

std::string format_memory_file(const MemoryFile& memory) {
  return json_of(memory).dump(1) + "\n";
}

void write_memory(const std::filesystem::path& path, const MemoryFile& memory) {
  write_atomically(path, format_memory_file(memory));
}

MemoryFile read_memory(const json& document, const std::string& path) {
  const ProofReader file(document, path, "");
  if (file.text("schema") != kMemorySchema) file.fail("schema", std::string("\"") + kMemorySchema + "\"");
  if (file.text("kind") != "memory") file.fail("kind", "\"memory\"");
  MemoryFile m{
      .says = file.text("says"), .layer = read_proved_layer(file.inside("layer")), .epsilon = file.number("epsilon")};
  if (!(m.epsilon > 0.0)) file.fail("epsilon", "a number above 0");
  if (!file.at("for_ever").is_boolean()) file.fail("for_ever", "true or false");
  if (!file.at("steps").is_number_unsigned()) file.fail("steps", "a whole number of steps");
  const auto steps = file.at("steps").get<long long>();
  verify::Inputs inputs = read_inputs(file.inside("domain"), m);
  ProofObserved compared = read_proof_observed(file);
  const verify::Observed& observed = compared.observed;
  m.head = std::move(compared.head);
  const Matrix<double> suffix = file.columns("suffix");
  // The gap is not read: it is what the error asks for.
  const double gap = 2.0 * m.epsilon;
  if (file.at("for_ever").get<bool>()) {
    file.only({"schema", "kind", "says", "layer", "epsilon", "steps", "period", "domain", "suffix", "first", "second",
               "for_ever", "of"});
    if (!file.at("period").is_number_unsigned()) file.fail("period", "a whole number of steps");
    if (suffix.cols() != 1) file.fail("suffix", "one input, which is repeated");
    m.bistable = Bistable{.input = suffix.col(0),
                          .steps = steps,
                          .period = file.at("period").get<long long>(),
                          .first = read_basin(file.inside("first")),
                          .second = read_basin(file.inside("second")),
                          .gap = gap,
                          .inputs = std::move(inputs),
                          .observed = observed};
  } else {
    file.only({"schema", "kind", "says", "layer", "epsilon", "steps", "domain", "suffix", "first", "second",
               "bits_per_step", "for_ever", "of"});
    m.memory = verify::Memory{.first = read_prefix(file.inside("first")),
                              .second = read_prefix(file.inside("second")),
                              .suffix = suffix,
                              .steps = steps,
                              .gap = gap,
                              .bits_per_step = file.number("bits_per_step"),
                              .inputs = std::move(inputs),
                              .observed = observed};
  }
  return m;
}

}  // namespace unrecur
