#include "apps/certificate_file.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <span>

#include "experiments/json_text.h"
#include "models/errors.h"
#include "models/formats/file_bytes.h"
#include "models/formats/sha256.h"

namespace unrecur {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "unrecur.certificate/1";

json hex(double value) {
  return fmt::format("{:a}", value);
}

template <class List>
json hex_list(const List& values) {
  json list = json::array();
  for (const double value : values) list.push_back(hex(value));
  return list;
}

/// The members of one object of the file, each asked for by name and kind.
class Reader {
 public:
  Reader(const json& object, std::string file, std::string place)
      : object_(object), file_(std::move(file)), place_(std::move(place)) {
    if (!object_.is_object()) fail("", "an object");
  }

  [[noreturn]] void fail(const std::string& key, const std::string& expected) const {
    throw FileError({file_, place_ + key, "expected " + expected, "write it again with unrecur check --certificate"});
  }

  const json& at(const std::string& key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) fail(key, "this key");
    return *found;
  }
  std::string text(const std::string& key) const {
    if (!at(key).is_string()) fail(key, "a string");
    return at(key).get<std::string>();
  }
  double number(const std::string& key) const { return literal(at(key), key); }
  std::vector<double> numbers(const std::string& key) const {
    if (!at(key).is_array()) fail(key, "a list");
    std::vector<double> values;
    for (const json& value : at(key)) values.push_back(literal(value, key + "[" + std::to_string(values.size()) + "]"));
    return values;
  }
  Reader inside(const std::string& key) const { return {at(key), file_, place_ + key + "."}; }

  void only(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) fail(key, "no such key");
    }
  }

 private:
  double literal(const json& value, const std::string& key) const {
    if (!value.is_string()) fail(key, "a hexadecimal number as a string, such as \"0x1.8p-1\"");
    const std::string text = value.get<std::string>();
    const bool negative = text.starts_with('-');
    const std::string_view digits = std::string_view(text).substr(negative ? 1 : 0);
    double magnitude = 0.0;
    if (digits.starts_with("0x") && digits.size() > 2) {
      const char* end = digits.data() + digits.size();
      const auto [stop, error] = std::from_chars(digits.data() + 2, end, magnitude, std::chars_format::hex);
      if (error == std::errc() && stop == end) return negative ? -magnitude : magnitude;
    }
    fail(key, "a hexadecimal number of a double, such as \"0x1.8p-1\", found \"" + text + "\"");
  }

  const json& object_;
  std::string file_, place_;
};

json json_of(const CertificateFile& c) {
  json inputs;
  if (c.vocabulary) {
    inputs = {{"vocabulary", true}};
  } else if (c.claim.inputs.low.size() > 0) {
    inputs = {{"low", hex_list(c.claim.inputs.low)}, {"high", hex_list(c.claim.inputs.high)}};
  }
  json context;
  if (c.claim.context) context = {{"epsilon", hex(c.claim.context->epsilon)}, {"k", c.claim.context->steps}};
  return {{"schema", kSchema},
          {"method", c.method},
          {"says", c.says},
          {"layer",
           {{"name", c.layer}, {"cell", c.cell}, {"attributes", c.attributes}, {"weights_sha256", c.weights_sha256}}},
          {"norm", {{"kind", c.claim.norm}, {"weights", hex_list(c.claim.weights)}}},
          {"witness",
           {{"multipliers", hex_list(c.claim.multipliers)},
            {"scales", hex_list(c.claim.scales)},
            {"scaled_norm", hex(c.claim.scaled_norm)},
            {"split", hex(c.claim.split)}}},
          {"rate", hex(c.claim.rate)},
          {"domain", {{"limits", hex_list(c.claim.limits)}, {"inputs", inputs}}},
          {"context", context}};
}

Vector<double> vector_of(const std::vector<double>& values) {
  return Eigen::Map<const Vector<double>>(values.data(), std::ssize(values));
}

void read_layer(const Reader& layer, CertificateFile& c) {
  layer.only({"name", "cell", "attributes", "weights_sha256"});
  c.layer = layer.text("name");
  c.cell = layer.text("cell");
  c.weights_sha256 = layer.text("weights_sha256");
  const Reader attributes = layer.inside("attributes");
  for (const auto& [key, value] : layer.at("attributes").items()) c.attributes[key] = attributes.text(key);
}

void read_domain(const Reader& domain, CertificateFile& c) {
  domain.only({"limits", "inputs"});
  c.claim.limits = domain.numbers("limits");
  if (domain.at("inputs").is_null()) return;
  const Reader inputs = domain.inside("inputs");
  c.vocabulary = domain.at("inputs").contains("vocabulary");
  if (c.vocabulary) {
    inputs.only({"vocabulary"});
    if (inputs.at("vocabulary") != json(true)) inputs.fail("vocabulary", "true");
    return;
  }
  inputs.only({"low", "high"});
  c.claim.inputs.low = vector_of(inputs.numbers("low"));
  c.claim.inputs.high = vector_of(inputs.numbers("high"));
}

void read_context(const Reader& context, CertificateFile& c) {
  context.only({"epsilon", "k"});
  if (!context.at("k").is_number_unsigned()) context.fail("k", "a whole number of steps");
  c.claim.context = verify::Claim::Context{context.number("epsilon"), context.at("k").get<long long>()};
}

}  // namespace

std::string hash_of_weights(const Cell<double>& cell) {
  Sha256 hash;
  const auto add = [&](const std::string& text) { hash.update(std::as_bytes(std::span(text))); };
  add(cell.kind() + "\n");
  for (const auto& [name, value] : cell.attributes()) add(name + "=" + value + "\n");
  for (const auto& p : cell.parameters()) {
    add(fmt::format("{} {} {}\n", p.name, p.value.rows(), p.value.cols()));
    hash.update(std::as_bytes(std::span(p.value.data(), static_cast<std::size_t>(p.value.size()))));
  }
  return hash.finish();
}

void write_certificate(const std::filesystem::path& path, const CertificateFile& certificate) {
  write_atomically(path, json_of(certificate).dump(1) + "\n");
}

CertificateFile read_certificate(const std::filesystem::path& path) {
  const json document = parse_json(read_small_text(path), path.string());
  const Reader file(document, path.string(), "");
  if (file.text("schema") != kSchema) file.fail("schema", std::string("\"") + kSchema + "\"");
  file.only({"schema", "method", "says", "layer", "norm", "witness", "rate", "domain", "context"});
  CertificateFile c;
  c.method = file.text("method");
  c.says = file.text("says");
  read_layer(file.inside("layer"), c);
  const Reader norm = file.inside("norm");
  norm.only({"kind", "weights"});
  c.claim.norm = norm.text("kind");
  c.claim.weights = norm.numbers("weights");
  const Reader witness = file.inside("witness");
  witness.only({"multipliers", "scales", "scaled_norm", "split"});
  c.claim.multipliers = witness.numbers("multipliers");
  c.claim.scales = witness.numbers("scales");
  c.claim.scaled_norm = witness.number("scaled_norm");
  c.claim.split = witness.number("split");
  c.claim.rate = file.number("rate");
  read_domain(file.inside("domain"), c);
  if (!file.at("context").is_null()) read_context(file.inside("context"), c);
  return c;
}

}  // namespace unrecur
