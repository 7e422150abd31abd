#pragma once

#include <string>

#include "experiments/workload/sequence_data.h"
#include "experiments/workload/small_text.h"

namespace unrecur {

/// A text whose lines are independent sentences: every line is a sequence of its own, which starts from the zero state.
/// A line w_1 … w_n with its end e reads e, w_1, …, w_n and predicts w_1, …, w_n, e, so that every symbol of the text
/// is predicted once, from what precedes it in its line. Its perplexity is over the symbols that TextData's is over,
/// and the first. Chelba, Norouzi, Bengio 2017 call this sentence independence.
class LineData : public SequenceData {
 public:
  /// Throws UsageError where the text does not say what ends a line.
  LineData(const std::string& name, const SmallText& text);

  std::string origin() const override { return name_; }

 private:
  std::string name_;
};

/// The lines as sequences. A part that ends within a line ends with a shorter one. Throws as LineData does.
Task lines_of_text(const std::string& name, const SmallText& text);

}  // namespace unrecur
