#include "theory/proofs/proof_json.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>

#include "base/errors.h"
#include "base/sha256.h"
#include "theory/verify/layer.h"

namespace unrecur {
namespace {

using nlohmann::json;

/// SHA-256 over kind, attributes, names, shapes and values of a cell's weights: equal hashes mean the same map.
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

}  // namespace

void require_verifier() {
  if (verify::available()) return;
  throw ResourceError("this build has no Arb: install libflint-dev (Debian 12: libflint-arb-dev) and build again");
}

json hex(double value) {
  return fmt::format("{:a}", value);
}

json hex_columns(const Matrix<double>& m) {
  json columns = json::array();
  for (Index j = 0; j < m.cols(); ++j) columns.push_back(hex_list(m.col(j)));
  return columns;
}

ProofReader::ProofReader(const json& object, std::string file, std::string place)
    : object_(object), file_(std::move(file)), place_(std::move(place)) {
  if (!object_.is_object()) fail("", "an object");
}

void ProofReader::fail(const std::string& key, const std::string& expected) const {
  throw FileError({file_, place_ + key, "expected " + expected, "have the certificate written again"});
}

const json& ProofReader::at(const std::string& key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) fail(key, "this key");
  return *found;
}

std::string ProofReader::text(const std::string& key) const {
  if (!at(key).is_string()) fail(key, "a string");
  return at(key).get<std::string>();
}

double ProofReader::number(const std::string& key) const {
  return literal(at(key), key);
}

std::vector<double> ProofReader::numbers(const std::string& key) const {
  return list(at(key), key);
}

std::vector<int> ProofReader::whole_numbers(const std::string& key) const {
  if (!at(key).is_array()) fail(key, "a list");
  constexpr std::int64_t most = 100'000;
  std::vector<int> numbers;
  for (const json& value : at(key)) {
    const auto number = value.is_number_integer() ? value.get<std::int64_t>() : most + 1;
    if (number < -most || number > most) {
      fail(key + "[" + std::to_string(numbers.size()) + "]", "a whole number within 100,000 of zero");
    }
    numbers.push_back(static_cast<int>(number));
  }
  return numbers;
}

Matrix<double> ProofReader::columns(const std::string& key) const {
  if (!at(key).is_array()) fail(key, "a list of lists");
  Matrix<double> m;
  Index column = 0;
  for (const json& values : at(key)) {
    const std::string place = key + "[" + std::to_string(column) + "]";
    const std::vector<double> numbers = list(values, place);
    if (column == 0) m.resize(std::ssize(numbers), std::ssize(at(key)));
    if (std::ssize(numbers) != m.rows()) fail(place, "as many numbers as in the first list");
    m.col(column++) = Eigen::Map<const Vector<double>>(numbers.data(), m.rows());
  }
  return m;
}

ProofReader ProofReader::inside(const std::string& key) const {
  return {at(key), file_, place_ + key + "."};
}

void ProofReader::only(std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) fail(key, "no such key");
  }
}

std::vector<double> ProofReader::list(const json& values, const std::string& key) const {
  if (!values.is_array()) fail(key, "a list");
  std::vector<double> numbers;
  for (const json& value : values) {
    numbers.push_back(literal(value, key + "[" + std::to_string(numbers.size()) + "]"));
  }
  return numbers;
}

double ProofReader::literal(const json& value, const std::string& key) const {
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

ProvedLayer proved_layer(std::string name, const Cell<double>& cell) {
  return {std::move(name), cell.kind(), cell.attributes(), hash_of_weights(cell)};
}

json json_of(const ProvedLayer& layer) {
  return {{"name", layer.name},
          {"cell", layer.cell},
          {"attributes", layer.attributes},
          {"weights_sha256", layer.weights_sha256}};
}

ProvedLayer read_proved_layer(const ProofReader& layer) {
  layer.only({"name", "cell", "attributes", "weights_sha256"});
  ProvedLayer read{layer.text("name"), layer.text("cell"), {}, layer.text("weights_sha256")};
  const ProofReader attributes = layer.inside("attributes");
  for (const auto& [key, value] : layer.at("attributes").items()) read.attributes[key] = attributes.text(key);
  return read;
}

std::string mismatch(const ProvedLayer& layer, const Cell<double>& cell) {
  if (cell.kind() != layer.cell || cell.attributes() != layer.attributes) {
    return "the proof is about a layer of another kind or convention";
  }
  return hash_of_weights(cell) == layer.weights_sha256 ? "" : "the proof is about other weights";
}

}  // namespace unrecur
