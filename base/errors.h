#pragma once

#include <stdexcept>
#include <string>

namespace unrecur {

/// What a file error has to say to be of use: where, what was expected, and what to do about it.
struct FileProblem {
  std::string file;      ///< path as the user gave it
  std::string place;     ///< offset, line, key or tensor inside the file; empty for the file as a whole
  std::string expected;  ///< what a well-formed file has there, and what was found instead
  std::string remedy;    ///< what to do; may be empty
};

/// A file cannot be read or is malformed. The command line ends with exit code 3.
class FileError : public std::runtime_error {
 public:
  explicit FileError(FileProblem problem);
  const FileProblem& problem() const { return problem_; }

 private:
  FileProblem problem_;
};

/// The caller asked for something that has no meaning (unknown name, impossible size). Exit code 2.
class UsageError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// The machine said no: space, permission, network, memory. Exit code 4.
class ResourceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace unrecur
