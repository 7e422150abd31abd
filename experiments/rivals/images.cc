#include "experiments/rivals/images.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/byte_order.h"
#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/source.h"
#include "experiments/support/random.h"

namespace unrecur {
namespace {

constexpr Index kEvaluatedAtOnce = 32;
constexpr Index kSide = 28;
constexpr float kMeanPixel = 0.1307F, kPixelDeviation = 0.3081F;

/// The numbers of an IDX file of bytes: a magic number 0x0800 + axes, the length of each axis, the numbers; all of four
/// bytes, the first first.
std::vector<std::uint8_t> read_idx(const std::filesystem::path& path, const std::vector<Index>& lengths) {
  const Bytes bytes = read_unpacked(path);
  const auto refuse = [&](const std::string& place, const std::string& problem) {
    throw FileError({path.string(), place, problem, "get the file anew: `unrecur data get mnist`"});
  };
  const std::size_t head = 4 * (lengths.size() + 1);
  if (bytes.size() < head) refuse("", "expected an IDX file, found " + std::to_string(bytes.size()) + " bytes");
  const auto word = [&](std::size_t i) { return load<std::uint32_t>(bytes.data() + 4 * i, std::endian::big); };
  if (word(0) != 0x0800 + lengths.size()) {
    refuse("magic number", "expected an IDX file of bytes with " + std::to_string(lengths.size()) + " axes");
  }
  std::size_t numbers = 1;
  for (std::size_t axis = 0; axis < lengths.size(); ++axis) {
    const std::uint32_t length = word(axis + 1);
    const bool fits = lengths[axis] == 0 ? length <= 10'000'000 : length == static_cast<std::uint32_t>(lengths[axis]);
    if (!fits) refuse("length of axis " + std::to_string(axis), "found " + std::to_string(length));
    numbers *= length;
  }
  if (bytes.size() != head + numbers) {
    refuse("", "expected " + std::to_string(head + numbers) + " bytes, found " + std::to_string(bytes.size()));
  }
  std::vector<std::uint8_t> values(numbers);
  std::transform(bytes.begin() + static_cast<std::ptrdiff_t>(head), bytes.end(), values.begin(),
                 [](std::byte b) { return static_cast<std::uint8_t>(b); });
  return values;
}

/// Images in a new order every epoch.
class ShuffledImages : public BatchSource {
 public:
  ShuffledImages(std::shared_ptr<const ImageData> data, Index size, std::uint64_t seed)
      : data_(std::move(data)), images_(data_->training()), size_(size), seed_(seed) {
    if (size < 1) throw UsageError("training needs at least one sequence a step");
  }
  Index steps_per_epoch() const override { return (std::ssize(images_) + size_ - 1) / size_; }
  Batch<float> batch(Index epoch, Index step) const override {
    if (epoch != shuffled_epoch_) {
      RandomStream random(seed_, "shuffle", static_cast<std::uint64_t>(epoch));
      order_ = random.permutation(std::ssize(images_));
      shuffled_epoch_ = epoch;
    }
    std::vector<Index> chosen;
    for (Index i = step * size_; i < std::min(std::ssize(images_), (step + 1) * size_); ++i) {
      chosen.push_back(images_[static_cast<std::size_t>(order_[static_cast<std::size_t>(i)])]);
    }
    return data_->batch(chosen);
  }

 private:
  std::shared_ptr<const ImageData> data_;
  std::vector<Index> images_;
  Index size_;
  std::uint64_t seed_;
  mutable Index shuffled_epoch_ = -1;  ///< epoch whose order `order_` holds
  mutable std::vector<Index> order_;
};

}  // namespace

std::optional<PixelOrder> pixel_order(const std::string& task) {
  if (task == "smnist" || task == "sbars") return PixelOrder::rows;
  if (task == "pmnist" || task == "pbars") return PixelOrder::permuted;
  return std::nullopt;
}

ImageData::ImageData(std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> digits, Index tests, PixelOrder order,
                     std::string origin)
    : pixels_(std::move(pixels)), digits_(std::move(digits)), tests_(tests), origin_(std::move(origin)) {
  const Index images = std::ssize(digits_), rest = images - tests;
  valid_ = std::max<Index>(1, rest / 12);
  trained_ = rest - valid_;
  if (trained_ < 1 || tests < 1 || pixels_.empty() || std::ssize(pixels_) % images != 0) {
    throw UsageError("images: expected as many pixels for each of " + std::to_string(images) +
                     " images, and one image in each part at least");
  }
  if (std::ranges::any_of(digits_, [](std::uint8_t digit) { return digit >= kDigits; })) {
    throw UsageError("images: a label is no digit");
  }
  order_.resize(static_cast<std::size_t>(std::ssize(pixels_) / images));
  std::iota(order_.begin(), order_.end(), Index{0});
  if (order == PixelOrder::permuted) order_ = RandomStream(1, "permuted pixels", 0).permutation(this->pixels());
}

std::vector<Index> ImageData::training() const {
  std::vector<Index> images(static_cast<std::size_t>(trained_));
  std::iota(images.begin(), images.end(), Index{0});
  return images;
}

std::vector<Index> ImageData::part(Part part) const {
  std::vector<Index> images(static_cast<std::size_t>(part == Part::valid ? valid_ : tests_));
  std::iota(images.begin(), images.end(), part == Part::valid ? trained_ : trained_ + valid_);
  return images;
}

Batch<float> ImageData::batch(std::span<const Index> images) const {
  const Index size = std::ssize(images);
  Batch<float> batch;
  batch.packing = Packing::uniform(pixels(), size);
  const Index columns = batch.packing.columns();
  batch.frames.resize(1, columns);
  batch.targets.symbols.assign(static_cast<std::size_t>(columns), 0);
  batch.targets.weights = Vector<float>::Zero(columns);
  for (Index b = 0; b < size; ++b) {
    const auto image = static_cast<std::size_t>(images[static_cast<std::size_t>(b)]);
    const std::uint8_t* pixel = pixels_.data() + image * order_.size();
    for (Index t = 0; t < pixels(); ++t) {
      const float value = static_cast<float>(pixel[order_[static_cast<std::size_t>(t)]]) / 255.0F;
      batch.frames(0, batch.packing.column(b, t)) = (value - kMeanPixel) / kPixelDeviation;
    }
    const Index last = batch.packing.column(b, pixels() - 1);
    batch.targets.symbols[static_cast<std::size_t>(last)] = digits_[image];
    batch.targets.weights(last) = 1.0F;
  }
  return batch;
}

std::shared_ptr<const ImageData> read_images(const DataSource& data, PixelOrder order) {
  const auto images = [&](const char* name) { return read_idx(data.find(name), {0, kSide, kSide}); };
  const auto labels = [&](const char* name) { return read_idx(data.find(name), {0}); };
  std::vector<std::uint8_t> pixels = images("mnist/train-images-idx3-ubyte");
  std::vector<std::uint8_t> digits = labels("mnist/train-labels-idx1-ubyte");
  const std::vector<std::uint8_t> tested = images("mnist/t10k-images-idx3-ubyte");
  const std::vector<std::uint8_t> test_digits = labels("mnist/t10k-labels-idx1-ubyte");
  if (pixels.size() != digits.size() * kSide * kSide || tested.size() != test_digits.size() * kSide * kSide) {
    throw FileError({data.find("mnist/train-labels-idx1-ubyte").string(), "", "images and labels differ in number",
                     "get the files anew: `unrecur data get mnist`"});
  }
  pixels.insert(pixels.end(), tested.begin(), tested.end());
  digits.insert(digits.end(), test_digits.begin(), test_digits.end());
  return std::make_shared<const ImageData>(std::move(pixels), std::move(digits), std::ssize(test_digits), order,
                                           data.find("mnist/train-images-idx3-ubyte").string());
}

std::shared_ptr<const ImageData> make_bars(std::uint64_t seed, PixelOrder order) {
  constexpr Index kBarSide = kDigits / 2, kImages = 560, kTests = 80;
  std::vector<std::uint8_t> pixels, digits;
  for (Index i = 0; i < kImages; ++i) {
    RandomStream random(seed, "bars", static_cast<std::uint64_t>(i));
    const auto digit = static_cast<Index>(random.below(kDigits));
    digits.push_back(static_cast<std::uint8_t>(digit));
    for (Index row = 0; row < kBarSide; ++row) {
      for (Index column = 0; column < kBarSide; ++column) {
        const bool bright = digit < kBarSide ? row == digit : column == digit - kBarSide;
        pixels.push_back(static_cast<std::uint8_t>(random.below(80) + (bright ? 150 : 0)));
      }
    }
  }
  return std::make_shared<const ImageData>(std::move(pixels), std::move(digits), kTests, order, "built in");
}

std::shared_ptr<const ImageData> images_of_task(const std::string& task, std::uint64_t seed, const DataSource& data) {
  const auto order = pixel_order(task);
  if (!order) throw UsageError("there are no images for the task '" + task + "'");
  return task.ends_with("bars") ? make_bars(seed, *order) : read_images(data, *order);
}

ModelSpec ImageSequences::fitted(ModelSpec spec) const {
  spec.frame = 1;
  spec.embedding = 0;
  spec.outputs = kDigits;
  spec.loss = name_of(TargetKind::softmax);
  return spec;
}

std::unique_ptr<BatchSource> ImageSequences::source(Index size, std::uint64_t seed, Index) const {
  return std::make_unique<ShuffledImages>(data_, size, seed);
}

LossSum ImageSequences::loss(const SequenceModel<float>& model, Part part) const {
  Workspace<float> work;
  LossSum total;
  const std::vector<Index> all = data_->part(part);
  for (Index begin = 0; begin < std::ssize(all); begin += kEvaluatedAtOnce) {
    const Index count = std::min(kEvaluatedAtOnce, std::ssize(all) - begin);
    const auto chosen = std::span(all).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
    const Batch<float> batch = data_->batch(chosen);
    total += model.evaluate(batch, model.zero_state(count), work);
  }
  return total;
}

std::vector<LossSum> ImageSequences::losses_by_order(const SequenceModel<float>&, Part, std::span<const Index>) const {
  throw UsageError("images: losses of truncated models are not measured; leave out the key order");
}

}  // namespace unrecur
