#pragma once

#include <map>
#include <string>

#include "experiments/data/source.h"
#include "experiments/plan/config.h"

namespace unrecur {

/// What a configuration needs from disk: files and the SHA-256 of their plain content, or why it cannot have them.
struct DataNeeds {
  std::map<std::string, std::string> checksums;
  std::string missing;  ///< empty: everything is there
  std::string remedy;   ///< what to do about it
};

/// Finds the files of the public set that a configuration's `task` names; a built-in task needs none. Each file is read
/// and hashed once.
class DataChecker {
 public:
  explicit DataChecker(DataSource source) : source_(std::move(source)) {}
  DataNeeds operator()(const Config& config);

 private:
  DataSource source_;
  std::map<std::string, std::string> known_;
};

}  // namespace unrecur
