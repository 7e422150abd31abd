#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace unrecur {

/// The words after a verb: GNU options (--name VALUE, --name=VALUE, -o VALUE, any unambiguous beginning of a name, --
/// ends them) and positional words, in any order.
///
///     CommandLine line("report", "renders stored results");
///     line.positional("DIR", "folder of results", 1, 1);
///     line.option("html", "FILE", "where the report goes; default DIR/report.html");
///     line.flag("json", "what was done, as JSON");
///     line.example("unrecur report out/smoke", "writes out/smoke/report.html");
///     if (!line.parse(arguments)) return 0;  // --help was asked for and is printed
///     const auto html = line.path("html");
///
/// parse and the readers throw UsageError that names the option, what it expects and how to get help.
class CommandLine {
 public:
  CommandLine(std::string verb, std::string summary);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Words without a name, at least `least` and at most `most`; at most one declaration.
  void positional(const std::string& placeholder, const std::string& help, int least,
                  int most = std::numeric_limits<int>::max());
  /// An option with a value. A one-letter short form goes after a comma: "output,o".
  void option(const std::string& name, const std::string& placeholder, const std::string& help);
  /// An option without a value.
  void flag(const std::string& name, const std::string& help);
  void example(const std::string& command, const std::string& does);

  /// Returns false when --help was asked for; it is printed on standard output then.
  bool parse(const std::vector<std::string>& arguments);
  std::string help() const;

  const std::vector<std::string>& words() const;
  bool has(const std::string& name) const;
  std::optional<std::string> text(const std::string& name) const;
  std::optional<std::filesystem::path> path(const std::string& name) const;
  /// One of `choices`.
  std::optional<std::string> choice(const std::string& name, const std::vector<std::string>& choices) const;
  std::optional<std::int64_t> whole(const std::string& name, std::int64_t least, std::int64_t most) const;
  /// A finite number in [least, most].
  std::optional<double> number(const std::string& name, double least, double most) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// The words of a list whose items may be joined by commas: {"a,b", "c"} gives a, b, c. Throws UsageError for an empty
/// item.
std::vector<std::string> split_commas(const std::vector<std::string>& words);

}  // namespace unrecur
