#include "models/formats/safetensors/model_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/errors.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/models/random_model.h"
#include "tests/support/file_errors.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::model_file_test {
namespace {

using testing::all_cell_cases;
using testing::fill;
using testing::randomise;
using testing::TemporaryFolder;

SequenceModel<float> sample(const testing::CellCase& c, bool symbolic) {
  std::mt19937_64 engine(4);
  ModelSpec spec;
  if (symbolic) {
    spec.symbols = 7;
    spec.embedding = 2;
    spec.window = 3;
  } else {
    spec.frame = 6;
  }
  spec.cell = c.kind;
  spec.attributes = c.attributes;
  spec.units = 5;
  spec.outputs = 4;
  spec.loss = "softmax";
  SequenceModel<float> model(spec);
  fill(model.encoder(), engine, 1.0);
  randomise(model.cell().parameters(), engine, 0.5);
  randomise(model.decoder().parameters(), engine, 0.5);
  return model;
}

TEST(ModelFile, KeepsEveryBitOfEveryCell) {
  const TemporaryFolder folder;
  for (const auto& c : all_cell_cases()) {
    for (const bool symbolic : {false, true}) {
      const auto model = sample(c, symbolic);
      save_model(folder / "model.safetensors", model);
      const auto back = load_model(folder / "model.safetensors");
      EXPECT_EQ(back.spec().cell, model.spec().cell);
      EXPECT_EQ(back.cell().attributes(), model.cell().attributes());
      EXPECT_EQ(back.encoder(), model.encoder());
      EXPECT_EQ(back.spec().layers, model.spec().layers);
      for (std::size_t i = 0; i < model.cell().parameters().size(); ++i) {
        EXPECT_EQ(back.cell().parameters()[i].value, model.cell().parameters()[i].value);
      }
      for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(back.decoder().parameters()[i].value, model.decoder().parameters()[i].value);
      }
    }
  }
}

TEST(ModelFile, HasThePyTorchNamesAndShapes) {
  const TemporaryFolder folder;
  save_model(folder / "m", sample({"elman", {}}, true));
  const TensorFile file = read_safetensors(folder / "m");
  const std::vector<std::int64_t> encoder{7, 2}, input{5, 6}, recurrent{5, 5}, bias{5}, decoder{4, 5};
  EXPECT_EQ(file.require("encoder.weight").shape, encoder);
  EXPECT_EQ(file.require("rnn.weight_ih_l0").shape, input);
  EXPECT_EQ(file.require("rnn.weight_hh_l0").shape, recurrent);
  EXPECT_EQ(file.require("rnn.bias_ih_l0").shape, bias);
  EXPECT_EQ(file.require("decoder.weight").shape, decoder);
}

TEST(ModelFile, KeepsStacksAndReadsThoseOfOld) {
  const TemporaryFolder folder;
  std::mt19937_64 engine(6);
  for (const Skip skip : {Skip::none, Skip::residual, Skip::dense}) {
    SequenceModel<float> model(
        {.frame = 3, .cell = "lstm", .units = 4, .layers = 2, .skip = skip, .outputs = 2, .loss = "squared"});
    randomise(model.layers().parameters(), engine, 0.5);
    save_model(folder / "m", model);
    const auto back = load_model(folder / "m");
    EXPECT_EQ(back.spec().layers, 2);
    EXPECT_EQ(back.spec().skip, skip);
    EXPECT_EQ(back.layers().parameters()[3].value, model.layers().parameters()[3].value);
    if (skip != Skip::none) continue;
    TensorFile old = read_safetensors(folder / "m");
    EXPECT_EQ(old.metadata.count("skip"), 0U);
    old.metadata.erase("layers");
    old.metadata["cell"] = "stack";
    old.metadata["cell.layers"] = "2";
    old.metadata["cell.layer"] = "lstm";
    const auto from_old = parse_model(old);
    EXPECT_EQ(from_old.spec().cell, "lstm");
    EXPECT_EQ(from_old.layers().parameters()[5].value, model.layers().parameters()[5].value);
  }
}

TEST(ModelFile, KeepsConvolutions) {
  const TemporaryFolder folder;
  std::mt19937_64 engine(6);
  SequenceModel<float> model({.frame = 3,
                              .cell = "conv",
                              .attributes = {{"kernel", "2"}, {"dilation", "4"}},
                              .units = 4,
                              .layers = 3,
                              .outputs = 2,
                              .loss = "squared"});
  randomise(model.layers().parameters(), engine, 0.5);
  save_model(folder / "m", model);
  const auto back = load_model(folder / "m");
  EXPECT_EQ(*back.layers().receptive_field(), 13);
  EXPECT_EQ(back.layers().parameters()[2].value, model.layers().parameters()[2].value);
  for (const char* kernel : {"3", "1000000000", "1e300"}) {
    TensorFile file = read_safetensors(folder / "m");
    file.metadata["cell.kernel"] = kernel;
    EXPECT_THROW(parse_model(file), FileError) << kernel;
  }
}

SequenceModel<float> adaptive_sample() {
  std::mt19937_64 engine(5);
  SequenceModel<float> model(
      {.symbols = 9, .embedding = 2, .units = 5, .outputs = 9, .loss = "softmax", .cutoffs = {2, 4}});
  randomise(model.decoder().parameters(), engine, 0.5);
  return model;
}

TEST(ModelFile, KeepsAnAdaptiveSoftmax) {
  const TemporaryFolder folder;
  const auto model = adaptive_sample();
  save_model(folder / "m", model);
  const auto back = load_model(folder / "m");
  EXPECT_EQ(back.spec().cutoffs, model.spec().cutoffs);
  ASSERT_EQ(back.decoder().parameters().size(), 8U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(back.decoder().parameters()[i].name, model.decoder().parameters()[i].name);
    EXPECT_EQ(back.decoder().parameters()[i].value, model.decoder().parameters()[i].value);
  }
}

TEST(ModelFile, SaysTheUnitsOfItsLayersAndNotTheEntriesOfTheirStates) {
  const TemporaryFolder folder;
  for (const char* kind : {"elman", "lstm", "capped_lstm"}) {
    for (const Index layers : {1, 3}) {
      const SequenceModel<float> model(
          {.frame = 2, .cell = kind, .units = 5, .layers = layers, .outputs = 2, .loss = "squared"});
      save_model(folder / "m", model);
      EXPECT_EQ(read_model(folder / "m").layers.at(0).state_size, 5 * layers) << kind;
    }
  }
}

TEST(ModelFile, KeepsATiedDecoder) {
  const TemporaryFolder folder;
  std::mt19937_64 engine(7);
  SequenceModel<float> model(
      {.symbols = 9, .embedding = 2, .units = 5, .outputs = 9, .loss = "softmax", .cutoffs = {2, 4}, .tied = true});
  randomise(model.decoder().parameters(), engine, 0.5);
  testing::fill(model.encoder(), engine, 0.8);
  save_model(folder / "m", model);
  const auto back = load_model(folder / "m");
  EXPECT_TRUE(back.spec().tied);
  const Matrix<float> h = Matrix<float>::Constant(5, 1, 0.3F);
  EXPECT_EQ(back.decoder().predict(h), model.decoder().predict(h));
  for (const char* tied : {"false", "1", ""}) {
    TensorFile file = read_safetensors(folder / "m");
    file.metadata["tied"] = tied;
    EXPECT_THROW(parse_model(file), FileError) << tied;
  }
  TensorFile file = read_safetensors(folder / "m");
  file.metadata["embedding"] = "2000000000";
  EXPECT_THROW(parse_model(file), FileError);
  file.metadata.erase("tied");
  EXPECT_THROW(parse_model(file), FileError);
}

TEST(ModelFile, CutoffsThatDoNotFitTheTensorsAreRefused) {
  const TemporaryFolder folder;
  save_model(folder / "m", adaptive_sample());
  for (const char* cutoffs : {"2 5", "4 2", "0 4", "2 9", "2147483648", "x", "2 4 2000000000"}) {
    TensorFile file = read_safetensors(folder / "m");
    file.metadata["cutoffs"] = cutoffs;
    EXPECT_THROW(parse_model(file), FileError) << cutoffs;
  }
}

/// What load_model says of the sample after `change`.
std::string complaint(const std::function<void(TensorFile&)>& change) {
  const TemporaryFolder folder;
  save_model(folder / "m", sample({"elman", {}}, false));
  TensorFile file = read_safetensors(folder / "m");
  change(file);
  write_safetensors(folder / "m", file);
  return testing::problem_of([&] { load_model(folder / "m"); });
}

TEST(ModelFile, SaysWhatIsWrong) {
  const auto tensor = [](TensorFile& f, std::string_view name) -> Tensor& {
    for (auto& t : f.tensors) {
      if (t.name == name) return t;
    }
    throw std::logic_error("no such tensor");
  };
  const std::pair<std::function<void(TensorFile&)>, const char*> cases[] = {
      {[](TensorFile& f) { f.metadata.clear(); }, "the key 'format' is missing"},
      {[](TensorFile& f) { f.metadata["format"] = "pt"; }, "expected 'unrecur.model/1', found 'pt'"},
      {[](TensorFile& f) { f.metadata["cell"] = "grru"; }, "unknown cell or layer 'grru'"},
      {[](TensorFile& f) { f.metadata["units"] = "-5"; }, "expected a whole number"},
      {[](TensorFile& f) { f.metadata["units"] = "999999999"; }, "states a size of 999999999"},
      {[](TensorFile& f) { f.metadata["frame"] = "2000000000"; }, "states a size of 2000000000"},
      {[](TensorFile& f) { f.metadata["layers"] = "2"; }, "rnn.weight_hh_l1"},
      {[](TensorFile& f) { f.metadata["layers"] = "0"; }, "expected from 1 to 1000 layers, found 0"},
      {[](TensorFile& f) { f.metadata["skip"] = "some"; }, "unknown skip connections 'some'"},
      {[](TensorFile& f) { f.metadata["cell.leak"] = "2"; }, "the leak of an Elman cell lies in (0, 1]"},
      {[](TensorFile& f) { f.metadata["cell.activation"] = "cubic"; }, "unknown activation 'cubic'"},
      {[](TensorFile& f) { f.metadata["loss"] = "hinge"; }, "unknown loss 'hinge'"},
      {[](TensorFile& f) { f.tensors.pop_back(); }, "decoder.bias"},
      {[&](TensorFile& f) {
         tensor(f, "rnn.weight_hh_l0").shape = {25, 1};
       },
       "rnn.weight_hh_l0"},
      {[&](TensorFile& f) {
         tensor(f, "rnn.bias_ih_l0").shape = {1, 5};
       },
       "rnn.bias_ih_l0"},
      {[&](TensorFile& f) {
         const float nan = std::nanf("");
         std::memcpy(tensor(f, "rnn.weight_hh_l0").data.data() + 4, &nan, 4);
       },
       "rnn.weight_hh_l0"},
  };
  for (const auto& [change, expected] : cases) {
    const std::string text = complaint(change);
    EXPECT_NE(text.find(expected), std::string::npos) << text << "\nshould name: " << expected;
  }
}

}  // namespace
}  // namespace unrecur::model_file_test
