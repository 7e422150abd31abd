#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/reader_commands.h"
#include "reports/results/result_store.h"

namespace unrecur::reports {

/// What a section is made from.
struct SectionInput {
  std::span<const StoredResult> results;  ///< the experiment's, at least one, ordered by configuration and seed
  const ExperimentPlan* plan;             ///< null where none is stored
  ReaderCommands commands{};
};

/// A claim as one experiment settles it.
struct SettledClaim {
  std::string name, statement;  ///< in markup
  Outcome outcome = Outcome::not_run;
  std::string published, ours;  ///< in a few words of markup; may be empty
  std::string target;           ///< anchor of the evidence
};

/// A picture for the report's first screen.
struct FrontFigure {
  int order;  ///< from left to right
  Figure figure;
};

/// What a section says.
struct SectionContent {
  std::vector<std::string> answers;  ///< what the results come to, in sentences of markup: the chapter begins with them
  std::vector<Block> blocks;
  std::vector<NotRun> not_run;  ///< results that the others of the experiment lead to expect
  std::vector<SettledClaim> claims{};
  std::vector<FrontFigure> front{};
  std::vector<std::string> deviations{};  ///< where the runs depart from the paper's, in markup
};

/// How one experiment is shown. Each file of reports/sections/ defines one, named like its experiment; the build makes
/// the table of all of them. An experiment without a section of its own gets generic_section().
struct Section {
  std::string_view name;   ///< the experiment's
  std::string_view title;  ///< heading, in markup
  int order;               ///< place in the report
  SectionContent (*render)(const SectionInput& input);
};

/// Tables of all metrics (mean ± sd over seeds, a column per configuration) and figures of all series.
SectionContent generic_section(const SectionInput& input);

/// The section with that name, or null.
const Section* find_section(std::string_view name);

}  // namespace unrecur::reports

namespace unrecur::registry::sections {
std::span<const reports::Section* const> all();
}
