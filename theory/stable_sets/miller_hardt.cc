#include "theory/stable_sets/miller_hardt.h"

#include <string>
#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "theory/stable_sets/lstm_rows.h"

namespace unrecur {
namespace {

constexpr double kRoom = 1e-4;

class MillerHardtSet : public StableSet {
 public:
  MillerHardtSet(std::string name, MoveRow move, const StableSetOptions& options)
      : name_(std::move(name)), move_(move), inputs_(options.inputs), rate_(options.rate), ceiling_(options.ceiling) {
    if (ceiling_ == 0.0) ceiling_ = kPaperCeiling;
    if (!(ceiling_ < rate_))
      throw UsageError(expected_but_found("a ceiling of the forget gates below the rate of the set", ceiling_));
  }

  std::string name() const override { return name_; }

  void project(SequenceModel<float>& model) override {
    Matrix<float>& recurrent = recurrent_of(model, name_);
    const OneThreadIfSmall threads(recurrent.cols());
    const Index n = recurrent.cols();
    const double r = (rate_ - ceiling_) * (1.0 - kRoom);
    const double bounds[] = {r, r * (1.0 - ceiling_), 0.25 * r, r};
    // Rows as columns, so that each lies in one piece.
    Matrix<float> rows = recurrent.transpose();
    const Vector<float> ones = Vector<float>::Ones(n);
    for (Index j = 0; j < rows.cols(); ++j) move_(rows.col(j), ones, bounds[j / n]);
    recurrent = rows.transpose();
    hold_gate(model, inputs_, kForget, ceiling_);
  }

  std::optional<UpperBound> prove(const SequenceModel<float>& model) const override {
    return prove_lstm(model, inputs_);
  }

 private:
  static constexpr double kPaperCeiling = 0.64;

  std::string name_;
  MoveRow move_;
  InputBounds inputs_;
  double rate_, ceiling_;
};

}  // namespace

std::unique_ptr<StableSet> make_miller_hardt(std::string name, MoveRow move, const StableSetOptions& options) {
  return std::make_unique<MillerHardtSet>(std::move(name), move, options);
}

}  // namespace unrecur
