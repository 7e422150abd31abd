#include "experiments/workload/line_data.h"

#include <memory>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

std::vector<Sequence> lines_of(const std::vector<int>& symbols, int line_end) {
  std::vector<Sequence> lines;
  Sequence line;
  line.symbols.push_back(line_end);
  for (const int symbol : symbols) {
    line.target_symbols.push_back(symbol);
    if (symbol == line_end) lines.push_back(std::exchange(line, {}));
    line.symbols.push_back(symbol);
  }
  if (!line.target_symbols.empty()) {
    line.symbols.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

Task lines_of_text(const std::string& name, const SmallText& text) {
  if (text.line_end < 0)
    throw UsageError(name + ": independent_lines needs a symbol that ends a line, and the vocabulary has none");
  Task task;
  task.name = task.source = name;
  task.input = InputKind::symbols;
  task.target = TargetKind::softmax;
  task.input_size = task.target_size = text.symbols;
  task.train = lines_of(text.train, text.line_end);
  task.valid = lines_of(text.valid, text.line_end);
  task.test = lines_of(text.test, text.line_end);
  return task;
}

LineData::LineData(const std::string& name, const SmallText& text)
    : SequenceData(std::make_shared<const Task>(lines_of_text(name, text))), name_(name) {}

}  // namespace unrecur
