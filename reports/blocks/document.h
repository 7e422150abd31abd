#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"

namespace unrecur::reports {

struct Chapter {
  std::string id;     ///< anchor; an experiment's name, or that of a standing chapter
  std::string title;  ///< in markup
  std::vector<Block> blocks;
  bool in_contents = true;
};

/// A whole report, independent of the form it is written in.
struct Document {
  std::string title;
  std::vector<Block> front;                      ///< the first screen; where it is empty, the summary stands there
  std::vector<std::string> answers;              ///< the summary: paragraphs in markup
  std::vector<Chapter> chapters;                 ///< what ran, the experiments, the runs, what did not run
  std::string subtitle = "A report by unrecur";  ///< plain text
};

}  // namespace unrecur::reports
