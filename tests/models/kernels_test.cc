#include "models/arrays/kernels.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "models/arrays/product.h"

namespace unrecur::kernels_test {
namespace {

constexpr ProcessorFeatures kPlain{}, kAvx2{.avx2 = true, .avx512 = false}, kAvx512{.avx2 = true, .avx512 = true};

TEST(Kernels, OfAnUnknownProcessorAreThoseThatItsRegistersFit) {
  EXPECT_EQ(better_kernels("Prescott", kAvx512), "SkylakeX");
  EXPECT_EQ(better_kernels("Prescott", kAvx2), "Haswell");
  EXPECT_EQ(better_kernels("Barcelona", kAvx2), "Haswell");  // what an unknown one of AMD's gets
  EXPECT_EQ(better_kernels("Generic", kAvx512), "SkylakeX");
}

TEST(Kernels, ThatFitStay) {
  for (const char* known : {"Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids", "Excavator", "armv8"}) {
    EXPECT_EQ(better_kernels(known, kAvx512), "") << known;
    EXPECT_EQ(better_kernels(known, kAvx2), "") << known;
  }
  EXPECT_EQ(better_kernels("Prescott", kPlain), "");
}

// The program of these tests begins as all of ours do.
TEST(Kernels, OfThisProgramAreAsGoodAsTheProcessor) {
  const std::string now = product_kernels();
  if (!now.starts_with("OpenBLAS ")) GTEST_SKIP() << "built without OpenBLAS";
  if (better_kernels("Prescott", processor_features()).empty()) GTEST_SKIP() << "no AVX2 here";
  const char* choice = std::getenv("OPENBLAS_CORETYPE");
  const std::string asked = choice == nullptr ? "" : choice;
  // Somebody may have asked for old ones.
  EXPECT_TRUE(better_kernels(now.substr(9), processor_features()).empty() || asked == now.substr(9)) << now;
}

}  // namespace
}  // namespace unrecur::kernels_test
