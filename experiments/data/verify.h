#pragma once

#include <string>
#include <vector>

#include "experiments/data/catalogue.h"
#include "experiments/data/source.h"

namespace unrecur {

/// What a file on disk is, beside what the catalogue says.
struct FileCheck {
  enum class State {
    right,   ///< the content has the SHA-256 of the catalogue
    absent,  ///< neither plain nor packed there
    wrong,   ///< other content, or it cannot be read
  };
  std::string file;  ///< below the folder of data sets, without .gz
  State state = State::absent;
  std::string note = {};  ///< of a wrong one: why
};

/// Compares every file of the set, unpacked, with the catalogue; for a set with a list SHA256SUMS also the files listed
/// there. Throws FileError where `data` is nowhere or its folder does not exist. Cost: one pass over the files.
std::vector<FileCheck> verify_set(const DataSet& set, const DataSource& data);

}  // namespace unrecur
