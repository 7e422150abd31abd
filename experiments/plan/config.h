#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace unrecur {

using ConfigScalar = std::variant<bool, std::int64_t, double, std::string>;
using ConfigValue = std::variant<bool, std::int64_t, double, std::string, std::vector<ConfigScalar>>;

/// Which numbers a key allows; by default every finite one. Write `{.above = 0, .at_most = 1}` for (0, 1].
template <class T>
struct Allowed {
  T at_least = std::numeric_limits<T>::lowest();  ///< the lowest number: no bound
  T above = std::numeric_limits<T>::lowest();     ///< the lowest number: no bound
  T at_most = std::numeric_limits<T>::max();      ///< the largest number: no bound
  T below = std::numeric_limits<T>::max();        ///< the largest number: no bound
};
using AllowedInt = Allowed<std::int64_t>;
using AllowedDouble = Allowed<double>;

/// The keys of one configuration, read strictly: every reader says which type and range it wants, and a value that does
/// not fit is a FileError whose place is the key and its line. A reader with a fallback makes the key optional.
///
/// Every key that is read, and every fallback that is used, becomes part of the *resolved* configuration: what the run
/// depended on, and so what is hashed and stored. `require_all_read` then finds keys that nobody asked for.
///
/// Keys of tables are dotted: `[model] hidden = 8` is read as `model.hidden`.
class Config {
 public:
  struct Entry {
    ConfigValue value;
    int line = 0, column = 0;  ///< where it stands in the file, from 1; 0: not known
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  Config() = default;
  /// `file` is the name that messages give.
  Config(std::string file, Entries entries);
  /// Reads a file whose name ends in .toml or .json. Throws FileError.
  static Config read(const std::filesystem::path& path);
  static Config from_toml(std::string_view text, std::string file);
  /// A flat JSON object, as resolved_json() writes it.
  static Config from_json(std::string_view text, std::string file);
  /// These keys, except where `other` has them too. Nothing counts as read.
  Config overridden_by(const Config& other) const;

  const std::string& file() const { return file_; }
  /// Whether the key is given. Asking makes the key a known one, but not yet a read one.
  bool has(std::string_view key) const;
  /// Whether the key is given and is a list; makes it a known one, too.
  bool is_list(std::string_view key) const;

  std::string get_string(std::string_view key) const;
  std::string get_string(std::string_view key, std::string fallback) const;
  /// One of `choices`; the message for another value names the nearest.
  std::string get_choice(std::string_view key, const std::vector<std::string>& choices) const;
  std::string get_choice(std::string_view key, const std::vector<std::string>& choices, std::string fallback) const;
  /// A whole number; 3.0 is none.
  std::int64_t get_int(std::string_view key, AllowedInt allowed = {}) const;
  std::int64_t get_int(std::string_view key, std::int64_t fallback, AllowedInt allowed = {}) const;
  /// A finite number; 3 is read as 3.0.
  double get_double(std::string_view key, AllowedDouble allowed = {}) const;
  double get_double(std::string_view key, double fallback, AllowedDouble allowed = {}) const;
  bool get_bool(std::string_view key) const;
  bool get_bool(std::string_view key, bool fallback) const;
  /// Lists; each element has to fit.
  std::vector<std::string> get_strings(std::string_view key) const;
  std::vector<std::string> get_strings(std::string_view key, std::vector<std::string> fallback) const;
  std::vector<std::int64_t> get_ints(std::string_view key, AllowedInt allowed = {}) const;
  std::vector<std::int64_t> get_ints(std::string_view key, AllowedInt allowed,
                                     std::vector<std::int64_t> fallback) const;
  std::vector<double> get_doubles(std::string_view key, AllowedDouble allowed = {}) const;
  std::vector<double> get_doubles(std::string_view key, AllowedDouble allowed, std::vector<double> fallback) const;

  /// Throws FileError that names the keys nobody read, where they stand, the nearest known key and all known keys.
  void require_all_read() const;
  /// An error about a key's value that only the caller can see (two keys that contradict each other, say).
  [[noreturn]] void reject(std::string_view key, const std::string& expected, const std::string& remedy = {}) const;

  /// Everything read so far, fallbacks included, as canonical JSON: one line, keys sorted, a double in a short form
  /// that reads back as the same bits and always with a point or an exponent.
  std::string resolved_json() const;
  /// The same for the keys as written.
  std::string written_json() const;

 private:
  template <class T>
  T get(std::string_view key, const T* fallback, const Allowed<T>& allowed) const;
  template <class T>
  std::vector<T> get_list(std::string_view key, const std::vector<T>* fallback, const Allowed<T>& allowed) const;
  template <class T>
  T convert(std::string_view key, const ConfigScalar& value, const Allowed<T>& allowed) const;
  const Entry* find(std::string_view key) const;
  const Entry& require(std::string_view key) const;
  std::string place_of(std::string_view key) const;
  std::string check_choice(std::string_view key, const std::vector<std::string>& choices, std::string value) const;

  std::string file_;
  Entries entries_;
  // Reading is const for the caller; what was asked for is remembered for require_all_read and resolved_json.
  mutable std::map<std::string, ConfigValue, std::less<>> resolved_;
  mutable std::set<std::string, std::less<>> known_;
};

}  // namespace unrecur
