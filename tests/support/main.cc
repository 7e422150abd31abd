// GoogleTest's main under the settings that the program runs with.
#include <gtest/gtest.h>

#include "models/arrays/kernels.h"

int main(int count, char** words) {
  unrecur::restart_with_better_kernels(words);
  testing::InitGoogleTest(&count, words);
  return RUN_ALL_TESTS();
}
