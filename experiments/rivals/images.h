#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/workload/dataset.h"

namespace unrecur {

class DataSource;

inline constexpr int kDigits = 10;

/// In which order an image is read.
enum class PixelOrder { rows, permuted };

/// That of a task: smnist and sbars read row by row, pmnist and pbars in one random order that is the same for every
/// image, seed and machine; nothing for other tasks.
std::optional<PixelOrder> pixel_order(const std::string& task);

/// Images of digits, read pixel by pixel; the digit is due at the last pixel, and only there has a loss.
///
/// A pixel p of 0 … 255 is read as (p/255 − 0.1307)/0.3081, mean and deviation of MNIST's training part. The last
/// twelfth of the training part (5,000 images of MNIST's 60,000) is kept for validation; the released TCN code selects
/// its epoch on the test part instead, which ours never does.
class ImageData {
 public:
  /// `pixels` holds the images one after the other, those of the test part behind the others. Throws UsageError where
  /// the sizes do not fit, or a part would be empty.
  ImageData(std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> digits, Index tests, PixelOrder order,
            std::string origin);

  Index pixels() const { return static_cast<Index>(order_.size()); }
  const std::string& origin() const { return origin_; }
  /// Which images a part consists of.
  std::vector<Index> part(Part part) const;
  std::vector<Index> training() const;
  Batch<float> batch(std::span<const Index> images) const;

 private:
  std::vector<std::uint8_t> pixels_, digits_;
  std::vector<Index> order_;  ///< place in the image of the pixel of each step
  Index trained_, valid_, tests_;
  std::string origin_;
};

/// MNIST. Throws FileError where a file is missing or is no IDX file of the sizes that it states.
std::shared_ptr<const ImageData> read_images(const DataSource& data, PixelOrder order);

/// Built in, for runs without data: images of 5 × 5 pixels of noise with one bright row (digits 0 to 4) or column (5 to
/// 9), 480 to learn from and 80 to test with.
std::shared_ptr<const ImageData> make_bars(std::uint64_t seed, PixelOrder order);

/// Those of a task that pixel_order knows.
std::shared_ptr<const ImageData> images_of_task(const std::string& task, std::uint64_t seed, const DataSource& data);

/// Them as what a model is trained on. Losses of truncated models are not offered: throws UsageError.
class ImageSequences : public Dataset {
 public:
  explicit ImageSequences(std::shared_ptr<const ImageData> data) : data_(std::move(data)) {}

  ModelSpec fitted(ModelSpec spec) const override;
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed, Index order) const override;
  LossSum loss(const SequenceModel<float>& model, Part part) const override;
  std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, Part part,
                                       std::span<const Index> orders) const override;
  std::string origin() const override { return data_->origin(); }

 private:
  std::shared_ptr<const ImageData> data_;
};

}  // namespace unrecur
