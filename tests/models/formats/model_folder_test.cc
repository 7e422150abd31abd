// Folders of Hugging Face: one file, shards with their index, and what is wrong with them.
#include "models/formats/model_folder.h"

#include <gtest/gtest.h>

#include "models/formats/read_model.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/support/file_errors.h"
#include "tests/support/model_files.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::model_folder_test {
namespace {

/// The plain model in two shards, with an index.
void write_shards(const std::filesystem::path& folder, const std::string& map = "") {
  TensorFile parts[2];
  std::string listed;
  for (const StoredTensor& tensor : testing::read_model_file("wrapped/1_plain.safetensors").tensors) {
    // Weights of one layer in different shards.
    const int shard = tensor.name.find("hh") != std::string::npos ? 1 : 0;
    parts[shard].tensors.push_back(tensor.raw());
    listed +=
        (listed.empty() ? "" : ", ") + ("\"" + tensor.name + "\": \"part" + std::to_string(shard) + ".safetensors\"");
  }
  for (int i = 0; i < 2; ++i) {
    write_atomically(folder / ("part" + std::to_string(i) + ".safetensors"), format_safetensors(parts[i]));
  }
  write_atomically(folder / "config.json", std::string_view("{}"));
  write_atomically(folder / "model.safetensors.index.json",
                   std::string_view("{\"weight_map\": {" + (map.empty() ? listed : map) + "}}"));
}

TEST(ModelFolders, ReadShardsAsOneModel) {
  const testing::TemporaryFolder folder;
  write_shards(folder.path());
  const RecurrentModel plain = testing::read_model_file("wrapped/1_plain.safetensors");
  for (const auto& path : {folder.path(), folder.path() / "model.safetensors.index.json"}) {
    const RecurrentModel model = read_model(path);
    EXPECT_EQ(model.format, "huggingface");
    ASSERT_EQ(model.layers.size(), plain.layers.size());
    for (const RecurrentLayer& layer : model.layers) {
      bool found = false;
      for (const RecurrentLayer& other : plain.layers)
        found = found || (other.cell == layer.cell && other.recurrent == layer.recurrent && other.input == layer.input);
      EXPECT_TRUE(found) << layer.name;
    }
    EXPECT_EQ(model.sha256.size(), 64U);
  }
}

TEST(ModelFolders, RefuseWhatIsNoModel) {
  const testing::TemporaryFolder folder;
  testing::expect_file_error([&] { read_model(folder.path()); }, folder.path().string(), "found another folder");
  write_shards(folder.path(), "\"a\": \"../b\"");
  const std::string index = (folder.path() / "model.safetensors.index.json").string();
  testing::expect_file_error([&] { read_model(folder.path()); }, index, "expected the name of a file beside the index");
  write_shards(folder.path(), "\"a\": \"part0.safetensors\"");
  testing::expect_file_error([&] { read_model(folder.path()); }, (folder.path() / "part0.safetensors").string(),
                             "expected the tensor 'a', as the index says");
}

}  // namespace
}  // namespace unrecur::model_folder_test
