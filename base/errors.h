#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace unrecur {

/// What a file error has to say to be of use: where, what was expected, and what to do about it.
struct FileProblem {
  std::string file;      ///< path as the user gave it
  std::string place;     ///< offset, line, key or tensor inside the file; empty for the file as a whole
  std::string expected;  ///< what a well-formed file has there, and what was found instead
  std::string remedy;    ///< what to do; may be empty
  /// Options of the library that the remedy speaks of, by the names of their fields, for programs to give their own
  /// names for them; mostly none.
  std::vector<std::string> options{};
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

/// The same, about one option: the name of its field comes first in the message, so that a program can say under what
/// name its users give it.
class OptionError : public UsageError {
 public:
  OptionError(std::string option, const std::string& message)
      : UsageError(option + ": " + message), option_(std::move(option)), message_(message) {}
  const std::string& option() const { return option_; }
  const std::string& message() const { return message_; }

 private:
  std::string option_, message_;
};

/// The machine said no: space, permission, network, memory. Exit code 4.
class ResourceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace unrecur
