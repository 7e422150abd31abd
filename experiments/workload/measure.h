#pragma once

#include <memory>
#include <string>

#include "experiments/data/text.h"
#include "experiments/tasks/slots.h"
#include "experiments/workload/dataset.h"

namespace unrecur {

/// By what a model is judged.
class Measure {
 public:
  virtual ~Measure() = default;
  /// As metrics name it after test_ and valid_: nll, f1, perplexity, bpc, mse, bits.
  virtual std::string name() const = 0;
  /// The score of a model cut to an order (0: as it is) on a part of the data; lower is better.
  virtual double score(const SequenceModel<float>& model, const Dataset& data, Part part, Index order) const = 0;
  /// A score as the measure has it.
  virtual double shown(double score) const = 0;
};

/// The mean loss, shown as it is (nll), as a perplexity, as bits (of a character, bpc, or of a sample, bits), or,
/// where it is ½(z − y)², as the mean squared error.
class Likelihood : public Measure {
 public:
  enum class Unit { nll, perplexity, bpc, mse, bits };
  explicit Likelihood(Unit unit) : unit_(unit) {}
  /// Perplexity of words, bits of characters.
  explicit Likelihood(TextUnit unit) : unit_(unit == TextUnit::word ? Unit::perplexity : Unit::bpc) {}

  std::string name() const override;
  double score(const SequenceModel<float>& model, const Dataset& data, Part part, Index order) const override;
  double shown(double score) const override;

 private:
  Unit unit_;
};

/// The F1 of the chunks in percent; its score is −F1.
class ChunkF1 : public Measure {
 public:
  explicit ChunkF1(std::shared_ptr<const SlotTask> task) : task_(std::move(task)) {}

  std::string name() const override { return "f1"; }
  /// Of the recurrent model alone; throws UsageError for other orders.
  double score(const SequenceModel<float>& model, const Dataset& data, Part part, Index order) const override;
  double shown(double score) const override { return -score; }

 private:
  std::shared_ptr<const SlotTask> task_;
};

}  // namespace unrecur
