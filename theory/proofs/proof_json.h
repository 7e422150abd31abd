#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"
#include "models/layers/cell.h"

namespace unrecur {

/// What certificates and refutations have in common as files: JSON with numbers as hexadecimal floating-point literals,
/// so that nothing is rounded on the way, and the layer they are about, bound by a hash of its weights.

/// Throws ResourceError, with what to install, where this build cannot verify: then nothing is written and nothing
/// read.
void require_verifier();

nlohmann::json hex(double value);
nlohmann::json hex_columns(const Matrix<double>& m);  ///< one list for each column

template <class List>
nlohmann::json hex_list(const List& values) {
  nlohmann::json list = nlohmann::json::array();
  for (const double value : values) list.push_back(hex(value));
  return list;
}

/// The members of one object of the file, each asked for by name and kind. Everything throws FileError (file, place,
/// expected) where it is not what is asked for.
class ProofReader {
 public:
  ProofReader(const nlohmann::json& object, std::string file, std::string place);

  [[noreturn]] void fail(const std::string& key, const std::string& expected) const;
  bool has(const std::string& key) const { return object_.contains(key); }
  const nlohmann::json& at(const std::string& key) const;
  std::string text(const std::string& key) const;
  double number(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  std::vector<int> whole_numbers(const std::string& key) const;  ///< plain JSON numbers within ±100,000
  Matrix<double> columns(const std::string& key) const;          ///< lists of one length; 0 × 0 for none
  ProofReader inside(const std::string& key) const;
  void only(std::initializer_list<std::string_view> keys) const;

 private:
  double literal(const nlohmann::json& value, const std::string& key) const;
  std::vector<double> list(const nlohmann::json& values, const std::string& key) const;

  const nlohmann::json& object_;
  std::string file_, place_;
};

/// The layer that a proof is about: {"name", "cell", "attributes": {}, "weights_sha256"}.
struct ProvedLayer {
  std::string name;
  std::string cell;  ///< its kind
  Attributes attributes{};
  std::string weights_sha256;
};

ProvedLayer proved_layer(std::string name, const Cell<double>& cell);
nlohmann::json json_of(const ProvedLayer& layer);
ProvedLayer read_proved_layer(const ProofReader& layer);

/// Why a proof about `layer` says nothing of the cell; empty where it is about just this one.
std::string mismatch(const ProvedLayer& layer, const Cell<double>& cell);

}  // namespace unrecur
