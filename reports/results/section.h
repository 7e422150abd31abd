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

/// What a section says.
struct SectionContent {
  std::vector<std::string> answers;  ///< sentences for the report's summary, in markup, made from the results
  std::vector<Block> blocks;
  std::vector<NotRun> not_run;  ///< results that the others of the experiment lead to expect
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

/// Adds "Made by `COMMAND`." to the blocks, where the plan and the command are known.
void add_made_by(SectionContent& content, const SectionInput& input, const std::string& experiment);

/// The section with that name, or null.
const Section* find_section(std::string_view name);

}  // namespace unrecur::reports

namespace unrecur::registry::sections {
std::span<const reports::Section* const> all();
}
