#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/errors.h"

namespace unrecur::testing {

/// The message of the FileError that `f` throws, or a note that it threw none.
template <class F>
std::string problem_of(F f) {
  try {
    f();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no FileError";
}

/// Runs `read` and expects a FileError whose message names the file and holds the fragment.
template <class Read>
void expect_file_error(Read read, const std::string& file, const std::string& fragment) {
  try {
    read();
    ADD_FAILURE() << "accepted; expected an error with: " << fragment;
  } catch (const FileError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find(file), std::string::npos) << message;
    EXPECT_NE(message.find(fragment), std::string::npos) << message << "\n  expected in it: " << fragment;
  }
}

}  // namespace unrecur::testing
