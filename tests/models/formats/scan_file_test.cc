// Files of layers whose recurrent matrices have no rows, and so state no size.
#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/formats/safetensors/model_file.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/models/random_model.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::scan_file_test {
namespace {

TensorFile stored(const ModelSpec& spec) {
  const testing::TemporaryFolder folder;
  std::mt19937_64 engine(5);
  SequenceModel<float> model(spec);
  testing::randomise(model.layers().parameters(), engine, 0.5);
  save_model(folder / "model.safetensors", model);
  return read_safetensors(folder / "model.safetensors");
}

ModelSpec stack() {
  ModelSpec spec;
  spec.frame = 3;
  spec.cell = "qrnn";
  spec.attributes = {{"cap", "0.9,0.8"}, {"window", "3,1"}};
  spec.units = 4;
  spec.layers = 2;
  spec.skip = Skip::dense;
  spec.outputs = 2;
  spec.loss = "squared";
  return spec;
}

TEST(ScanFile, KeepsTheAttributesOfEachLayer) {
  const SequenceModel<float> model = parse_model(stored(stack()));
  EXPECT_EQ(model.cell().attributes().at("window"), "3,1");
  EXPECT_EQ(model.layers().layer(0).attributes().at("cap"), "0.9");
  EXPECT_EQ(model.layers().layer(1).attributes().at("cap"), "0.8");
}

TEST(ScanFile, ThatStatesMoreUnitsThanItHoldsTakesNoMemory) {
  TensorFile file = stored(stack());
  for (const char* units : {"2147483648", "8", "3", "0"}) {
    file.metadata["units"] = units;
    for (Tensor& tensor : file.tensors) {
      if (tensor.name.starts_with("rnn.weight_hh")) tensor.shape[1] = std::stoul(units);
    }
    EXPECT_THROW(parse_model(file), FileError) << units;
  }
}

TEST(ScanFile, ThatStatesAnotherWindowThanItHoldsIsRefused) {
  for (const char* window : {"1000000", "2", "3", "3,2", "0", "3,1,1", "1,3", "", ","}) {
    TensorFile file = stored(stack());
    file.metadata["cell.window"] = window;
    EXPECT_THROW(parse_model(file), FileError) << window;
  }
  for (const char* cap : {"2", "0", "nan", "0.9,", "0.9;0.8"}) {
    TensorFile file = stored(stack());
    file.metadata["cell.cap"] = cap;
    EXPECT_THROW(parse_model(file), FileError) << cap;
  }
}

}  // namespace
}  // namespace unrecur::scan_file_test
