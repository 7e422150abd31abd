// The public data sets: which there are, whether those on disk are right, and getting them.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/command_line.h"
#include "apps/cli/download.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "experiments/data/obtain.h"
#include "experiments/data/verify.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;
using FileState = FileCheck::State;

void declare_data(CommandLine& line) {
  line.positional("COMMAND", "list, verify or get, and names of data sets (get needs one; verify: all when none)", 1);
  line.option("data", "DIR", "folder of the data sets; default: the environment variable UNRECUR_DATA");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur data list", "names, licences and addresses");
  line.example("unrecur data get jsb --data data", "downloads JSB Chorales, checks it and puts it into data/music");
  line.example("unrecur data verify --data data", "compares what is there with the published checksums");
}

std::vector<const DataSet*> sets_of(std::span<const std::string> names) {
  std::vector<const DataSet*> sets;
  for (const std::string& name : names) sets.push_back(&find_set(name));
  if (names.empty()) {
    for (const DataSet& set : catalogue()) sets.push_back(&set);
  }
  return sets;
}

std::uint64_t bytes_of(const DataSet& set) {
  std::uint64_t sum = 0;
  for (const DataFile& file : set.files) sum += file.bytes;
  return sum;
}

int list(std::span<const std::string> names, const DataSource& data, bool as_json) {
  json document = {{"schema", "unrecur.data/1"}, {"sets", json::array()}};
  for (const DataSet* set : sets_of(names)) {
    bool there = true;
    json files = json::array();
    for (const DataFile& file : set->files) {
      there = there && data.search(file.path).has_value();
      files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}, {"address", file.address}});
    }
    document["sets"].push_back({{"name", set->name},
                                {"title", set->title},
                                {"licence", set->licence},
                                {"address", set->address},
                                {"conversion", set->conversion},
                                {"there", there},
                                {"files", files}});
    if (as_json) continue;
    std::cout << fmt::format("{:<12}{}\n{:12}{:.1f} MB{}; licence: {}\n{:12}{}\n", set->name, set->title, "",
                             static_cast<double>(bytes_of(*set)) / 1e6, there ? ", there" : "", set->licence, "",
                             set->address);
  }
  if (as_json) std::cout << document.dump(2) << "\n";
  return exit_done;
}

std::string_view name_of(FileState state) {
  switch (state) {
    case FileState::right:
      return "right";
    case FileState::absent:
      return "absent";
    case FileState::wrong:
      break;
  }
  return "wrong";
}

/// Sets that nobody named and that are not there at all are no fault.
int verify(std::span<const std::string> names, const DataSource& data, bool as_json) {
  json document = {{"schema", "unrecur.data_verify/1"}, {"files", json::array()}};
  bool fault = false;
  for (const DataSet* set : sets_of(names)) {
    const std::vector<FileCheck> checks = verify_set(*set, data);
    const auto absent = std::ranges::count(checks, FileState::absent, &FileCheck::state);
    const bool expected = !names.empty() || absent < static_cast<std::ptrdiff_t>(checks.size());
    for (const FileCheck& check : checks) {
      fault = fault || check.state == FileState::wrong || (expected && check.state == FileState::absent);
      document["files"].push_back(
          {{"set", set->name}, {"file", check.file}, {"state", name_of(check.state)}, {"note", check.note}});
      if (!as_json && expected && check.state != FileState::right) {
        std::cout << fmt::format("{}: {}{}{}\n", check.file, name_of(check.state), check.note.empty() ? "" : ": ",
                                 check.note);
      }
    }
    if (as_json) continue;
    const auto right = std::ranges::count(checks, FileState::right, &FileCheck::state);
    std::cout << fmt::format("{:<12}{}\n", set->name,
                             expected ? fmt::format("{} of {} files right", right, checks.size()) : "not there");
  }
  if (as_json) std::cout << document.dump(2) << "\n";
  return fault ? exit_file : exit_done;
}

int get(std::span<const std::string> names, const DataSource& data, bool as_json) {
  if (names.empty()) throw UsageError("data get: name a data set, for example jsb (`unrecur data list` shows them)");
  if (!data.has_folder()) throw UsageError("data get: name the folder it belongs into with --data DIR or UNRECUR_DATA");
  json document = {{"schema", "unrecur.data_get/1"}, {"written", json::array()}};
  const Download fetch = [](const std::string& address) {
    std::cerr << "downloading " << address << "\n";
    return download(address);
  };
  for (const DataSet* set : sets_of(names)) {
    std::cerr << set->name << ": licence: " << set->licence << "\n";
    const std::vector<std::string> written = obtain_set(*set, data.folder(), fetch);
    for (const std::string& file : written) document["written"].push_back((data.folder() / file).string());
    if (as_json) continue;
    for (const std::string& file : written) std::cout << (data.folder() / file).string() << "\n";
    if (written.empty()) std::cout << set->name << " is there already, and right\n";
  }
  if (as_json) std::cout << document.dump(2) << "\n";
  return exit_done;
}

int run_data(const std::vector<std::string>& arguments) {
  CommandLine line("data", "The public data sets: addresses, licences, checksums; gets them and verifies them.");
  declare_data(line);
  if (!line.parse(arguments)) return exit_done;
  const std::string& command = line.words().front();
  const auto names = std::span(line.words()).subspan(1);
  const DataSource data = DataSource::from(line.path("data"));
  if (command == "list") return list(names, data, line.has("json"));
  if (command == "verify") return verify(names, data, line.has("json"));
  if (command == "get") return get(names, data, line.has("json"));
  throw UsageError("data: expected list, verify or get, found '" + command + "'");
}

}  // namespace

extern const Verb data;
const Verb data = {"data", "lists, gets and verifies public data sets", 80, run_data};

}  // namespace unrecur::registry::verbs
