#include "base/errors.h"

#include <utility>

namespace unrecur {
namespace {

std::string message_of(const FileProblem& p) {
  std::string text = p.file;
  if (!p.place.empty()) text += ": " + p.place;
  text += ": " + p.expected;
  if (!p.remedy.empty()) text += " (" + p.remedy + ")";
  return text;
}

}  // namespace

FileError::FileError(FileProblem problem) : std::runtime_error(message_of(problem)), problem_(std::move(problem)) {}

}  // namespace unrecur
