#include "experiments/rivals/images.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/source.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

/// Thirteen images of two by two pixels and one behind them to test with: pixel p of image i is 10 i + p.
ImageData few(PixelOrder order = PixelOrder::rows) {
  std::vector<std::uint8_t> pixels, digits;
  for (int i = 0; i < 14; ++i) {
    for (int p = 0; p < 4; ++p) pixels.push_back(static_cast<std::uint8_t>(10 * i + p));
    digits.push_back(static_cast<std::uint8_t>(i % 10));
  }
  return {pixels, digits, 1, order, "built in"};
}

TEST(ImageData, IsReadPixelByPixelAndTheDigitIsDueAtTheLast) {
  const ImageData data = few();
  const Batch<float> batch = data.batch(std::vector<Index>{3, 12});
  ASSERT_EQ(batch.frames.cols(), 8);
  for (Index t = 0; t < 4; ++t) {
    for (const Index b : {0, 1}) {
      const double pixel = (b == 0 ? 30.0 : 120.0) + static_cast<double>(t);
      EXPECT_NEAR(batch.frames(0, 2 * t + b), (pixel / 255.0 - 0.1307) / 0.3081, 1e-6);
      EXPECT_EQ(batch.targets.weights(2 * t + b), t == 3 ? 1.0F : 0.0F);
    }
  }
  EXPECT_EQ(batch.targets.symbols[6], 3);
  EXPECT_EQ(batch.targets.symbols[7], 2);
}

TEST(ImageData, PartsAreApart) {
  const ImageData data = few();
  std::set<Index> seen;
  std::size_t all = 0;
  for (const auto& part : {data.training(), data.part(Part::valid), data.part(Part::test)}) {
    seen.insert(part.begin(), part.end());
    all += part.size();
  }
  EXPECT_EQ(all, 14U);
  EXPECT_EQ(seen.size(), 14U);
  EXPECT_EQ(data.part(Part::test), (std::vector<Index>{13})) << "what is said to be tested, and nothing else";
}

TEST(ImageData, PermutedReadsTheSamePixelsInAnOrderOfItsOwn) {
  std::vector<std::uint8_t> pixels, digits(14, 0);
  for (int i = 0; i < 14; ++i) {
    for (int p = 0; p < 100; ++p) pixels.push_back(static_cast<std::uint8_t>(p));
  }
  const ImageData rows(pixels, digits, 1, PixelOrder::rows, ""), other(pixels, digits, 1, PixelOrder::permuted, "");
  const Matrix<float> straight = rows.batch(std::vector<Index>{0}).frames;
  Matrix<float> mixed = other.batch(std::vector<Index>{0}).frames;
  EXPECT_NE(straight, mixed);
  EXPECT_EQ(mixed, other.batch(std::vector<Index>{5}).frames) << "one order for all images";
  std::sort(mixed.data(), mixed.data() + mixed.size());
  EXPECT_EQ(straight, mixed);
}

TEST(ImageData, RefusesWhatDoesNotFit) {
  EXPECT_THROW(ImageData({1, 2, 3}, {0, 1}, 1, PixelOrder::rows, ""), UsageError);
  EXPECT_THROW(ImageData({1, 2}, {0, 1}, 1, PixelOrder::rows, ""), UsageError) << "nothing left to select by";
  EXPECT_THROW(ImageData({1, 2, 3}, {0, 1, 10}, 1, PixelOrder::rows, ""), UsageError) << "no digit";
  EXPECT_FALSE(pixel_order("mnist"));
  EXPECT_EQ(pixel_order("pmnist"), PixelOrder::permuted);
}

TEST(Images, MalformedFilesAreRefused) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "mnist");
  const DataSource source(folder / ".");
  EXPECT_THROW(read_images(source, PixelOrder::rows), FileError) << "no file";
  const auto put = [&](const char* name, const std::string& content) {
    write_atomically(folder / ("mnist/" + std::string(name)), content);
  };
  const std::string size("\0\0\0\x1c", 4), one("\0\0\0\1", 4), image(784, 'x');
  const auto images = [&](const std::string& magic, const std::string& count) {
    return magic + count + size + size + image;
  };
  const std::string three("\0\0\x08\3", 4), labels("\0\0\x08\1\0\0\0\1\5", 9);
  put("train-labels-idx1-ubyte", labels);
  put("t10k-images-idx3-ubyte", images(three, one));
  put("t10k-labels-idx1-ubyte", labels);
  for (const std::string& bad : {std::string(), std::string("\0\0\x08", 3), images(std::string("\0\0\x08\2", 4), one),
                                 images(three, std::string("\0\0\0\2", 4)), images(three, one) + "y",
                                 images(three, std::string("\xff\xff\xff\xff", 4))}) {
    put("train-images-idx3-ubyte", bad);
    EXPECT_THROW(read_images(source, PixelOrder::rows), FileError) << bad.size() << " bytes";
  }
}

TEST(RealImages, AreThoseOfMnist) {
  const auto folder = testing::real_data();
  if (!folder) GTEST_SKIP() << testing::no_real_data;
  const auto data = read_images(DataSource(*folder), PixelOrder::rows);
  EXPECT_EQ(data->training().size(), 55000U);
  EXPECT_EQ(data->part(Part::valid).size(), 5000U);
  EXPECT_EQ(data->part(Part::test).size(), 10000U);
  EXPECT_EQ(data->pixels(), 784);
  const Batch<float> first = data->batch(std::vector<Index>{0, 60000});
  EXPECT_EQ(first.targets.symbols[first.targets.symbols.size() - 2], 5) << "the first image of the training part";
  EXPECT_EQ(first.targets.symbols.back(), 7) << "and of the test part";
}

}  // namespace
}  // namespace unrecur
