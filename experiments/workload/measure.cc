#include "experiments/workload/measure.h"

#include "base/errors.h"
#include "experiments/measures/likelihood.h"
#include "experiments/measures/slot_score.h"

namespace unrecur {

std::string Likelihood::name() const {
  switch (unit_) {
    case Unit::nll:
      return "nll";
    case Unit::perplexity:
      return "perplexity";
    case Unit::bpc:
      return "bpc";
    case Unit::mse:
      return "mse";
    case Unit::bits:
      return "bits";
  }
  return {};
}

double Likelihood::score(const SequenceModel<float>& model, const Dataset& data, Part part, Index order) const {
  if (order == 0) return data.loss(model, part).mean();
  return data.losses_by_order(model, part, std::span(&order, 1)).front().mean();
}

double Likelihood::shown(double score) const {
  switch (unit_) {
    case Unit::nll:
      return score;
    case Unit::perplexity:
      return perplexity(score);
    case Unit::bpc:
    case Unit::bits:
      return bits_per_character(score);
    case Unit::mse:
      return 2.0 * score;
  }
  return score;
}

double ChunkF1::score(const SequenceModel<float>& model, const Dataset&, Part part, Index order) const {
  if (order != 0) {
    throw UsageError("the F1 of chunks is measured for recurrent models, found the order " + std::to_string(order));
  }
  return -slot_f1(model, part == Part::valid ? task_->task.valid : task_->task.test, task_->labels);
}

}  // namespace unrecur
