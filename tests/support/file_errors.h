#pragma once

#include <gtest/gtest.h>

#include <string>

#include "models/errors.h"

namespace unrecur::testing {

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
