#include "models/formats/safetensors/model_file.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "models/sequence/sequence_model.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

TEST(AddedCell, ComesBackFromItsFile) {
  const char* path = std::getenv("UNRECUR_TEST_MODEL");
  if (path == nullptr) GTEST_SKIP() << "UNRECUR_TEST_MODEL says where the model goes";
  SequenceModel<float> model(
      ModelSpec{.frame = 3, .cell = "minimal_gated", .units = 4, .outputs = 2, .loss = "squared"});
  std::mt19937_64 engine(5);
  for_each_weight(model, [&](const std::string&, Matrix<float>& weights, int) { testing::fill(weights, engine, 0.5); });
  save_model(path, model);
  const SequenceModel<float> read = load_model(path);
  ASSERT_EQ(read.cell().kind(), "minimal_gated");
  for (std::size_t i = 0; i < read.cell().parameters().size(); ++i) {
    EXPECT_EQ(read.cell().parameters()[i].value, model.cell().parameters()[i].value);
  }
}

}  // namespace
}  // namespace unrecur
