#include "theory/proofs/refutation_file.h"

#include "base/file_bytes.h"

namespace unrecur {
namespace {

using nlohmann::json;

json json_of(const RefutationFile& r) {
  json orbit, slopes;
  if (r.refutation.states.size() > 0) {
    orbit = {{"inputs", hex_columns(r.refutation.inputs)},
             {"states", hex_columns(r.refutation.states)},
             {"within", hex(r.refutation.within)}};
  }
  if (r.refutation.slopes.size() > 0) slopes = hex_columns(r.refutation.slopes);
  return {{"schema", kRefutationSchema},        {"method", r.method}, {"says", r.says},  {"layer", json_of(r.layer)},
          {"radius", hex(r.refutation.radius)}, {"orbit", orbit},     {"slopes", slopes}};
}

}  // namespace

std::string format_refutation_file(const RefutationFile& refutation) {
  return json_of(refutation).dump(1) + "\n";
}

void write_refutation(const std::filesystem::path& path, const RefutationFile& refutation) {
  write_atomically(path, format_refutation_file(refutation));
}

RefutationFile read_refutation(const json& document, const std::string& path) {
  const ProofReader file(document, path, "");
  if (file.text("schema") != kRefutationSchema) file.fail("schema", std::string("\"") + kRefutationSchema + "\"");
  file.only({"schema", "method", "says", "layer", "radius", "orbit", "slopes"});
  RefutationFile r{file.text("method"), file.text("says"), read_proved_layer(file.inside("layer")), {}};
  r.refutation.radius = file.number("radius");
  if (!file.at("orbit").is_null()) {
    const ProofReader orbit = file.inside("orbit");
    orbit.only({"inputs", "states", "within"});
    r.refutation.inputs = orbit.columns("inputs");
    r.refutation.states = orbit.columns("states");
    r.refutation.within = orbit.number("within");
  }
  if (!file.at("slopes").is_null()) r.refutation.slopes = file.columns("slopes");
  return r;
}

}  // namespace unrecur
