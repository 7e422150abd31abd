#include "reports/report/make_document.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "reports/blocks/markup.h"
#include "reports/report/deviations.h"
#include "reports/report/overview.h"
#include "reports/report/scoreboard.h"
#include "reports/results/section.h"

namespace unrecur::reports {
namespace {

struct Part {
  int order;
  Chapter chapter;
  SectionContent content;
};

constexpr int order_of_generic = 1000;

/// The tier of a chapter's results, for the command that makes them.
std::string tier_of(const SectionInput& input) {
  return input.plan != nullptr ? input.plan->tier : text_or(input.results.front().provenance, "tier");
}

/// A chapter begins with what to run and with what came out.
Part make_part(const std::string& experiment, const SectionInput& input) {
  const Section* section = find_section(experiment);
  Part part{section == nullptr ? order_of_generic : section->order,
            {experiment, section == nullptr ? literal(experiment) : std::string(section->title), {}},
            section == nullptr ? generic_section(input) : section->render(input)};
  std::vector<Block>& blocks = part.chapter.blocks;
  if (input.commands.reproduce) blocks.push_back(Command{input.commands.reproduce(experiment, tier_of(input))});
  for (const std::string& answer : part.content.answers) blocks.push_back(Prose{answer});
  std::ranges::move(part.content.blocks, std::back_inserter(blocks));
  std::ranges::move(size_deviations(experiment, input.results), std::back_inserter(part.content.deviations));
  return part;
}

/// Paragraphs under one heading; a sentence where there are none.
Chapter list_chapter(const std::string& id, const std::string& title, const std::vector<std::string>& list,
                     const std::string& none) {
  Chapter chapter{id, title, {}};
  for (const std::string& text : list) chapter.blocks.push_back(Prose{text});
  if (list.empty()) chapter.blocks.push_back(Prose{none});
  return chapter;
}

/// The scoreboard and the pictures that go with it; nothing where no experiment claims anything.
std::vector<Block> front_of(std::vector<Part>& parts, Scoreboard board) {
  std::vector<FrontFigure> figures;
  for (Part& part : parts) std::ranges::move(part.content.front, std::back_inserter(figures));
  std::ranges::stable_sort(figures, {}, &FrontFigure::order);
  std::vector<Block> front;
  const std::string legend = board.caption;
  if (!board.groups.empty()) front.push_back(std::move(board));
  for (FrontFigure& f : figures) front.push_back(std::move(f.figure));
  if (!legend.empty() && !front.empty()) front.push_back(Prose{legend});
  return front;
}

Chapter not_run_chapter(const std::vector<NotRun>& list) {
  Chapter chapter{"not-run", "Not run", {}};
  if (list.empty()) {
    chapter.blocks.push_back(Prose{"Everything that belongs to these results has run."});
    return chapter;
  }
  Table table{"not-run", "Parts of these results that are missing.", {{"what"}, {"why"}}, {}};
  for (const NotRun& entry : list) table.rows.push_back({literal(entry.what), literal(entry.reason)});
  chapter.blocks.push_back(std::move(table));
  return chapter;
}

}  // namespace

Document make_document(const ResultStore& store, const ReaderCommands& commands) {
  std::vector<Part> parts;
  for (const auto& [experiment, results] : results_by_chapter(store)) {
    const auto plan = store.plans.find(experiment);
    parts.push_back(make_part(experiment, {results, plan == store.plans.end() ? nullptr : &plan->second, commands}));
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.order < b.order; });

  std::vector<ExperimentClaims> claims;
  for (const Part& part : parts) claims.push_back({part.chapter.id, part.content.claims});
  Scoreboard board = make_scoreboard(claims);
  const std::vector<std::string> negative = not_reproduced_by(board);

  Document document;
  document.title = "Does it need to be recurrent?";
  document.front = front_of(parts, std::move(board));
  if (document.front.empty()) {
    document.answers.emplace_back(store.results.empty() ? "No job has a result yet."
                                                        : "The experiments below make no claim.");
  }
  std::vector<NotRun> not_run = store.not_run;
  std::vector<std::string> deviations;
  for (Part& part : parts) {
    not_run.insert(not_run.end(), part.content.not_run.begin(), part.content.not_run.end());
    std::ranges::move(part.content.deviations, std::back_inserter(deviations));
    document.chapters.push_back(std::move(part.chapter));
  }
  document.chapters.push_back(list_chapter("deviations", "Deviations from the paper", deviations,
                                           "The sections of these experiments name none."));
  document.chapters.push_back(
      list_chapter("negative", "What was not reproduced", negative, "No claim that was settled failed its rule."));
  document.chapters.push_back(not_run_chapter(not_run));
  document.chapters.push_back({"what-ran", "What ran", overview_blocks(store.results, commands)});
  document.chapters.push_back({"runs", "Runs", run_blocks(store.results)});
  return document;
}

}  // namespace unrecur::reports
