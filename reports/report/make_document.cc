#include "reports/report/make_document.h"

#include <algorithm>
#include <map>

#include "reports/blocks/markup.h"
#include "reports/report/overview.h"
#include "reports/results/section.h"

namespace unrecur::reports {
namespace {

struct Part {
  int order;
  Chapter chapter;
  SectionContent content;
};

constexpr int order_of_generic = 1000;

Part make_part(const std::string& experiment, const SectionInput& input) {
  const Section* section = find_section(experiment);
  Part part{section == nullptr ? order_of_generic : section->order,
            {experiment, section == nullptr ? literal(experiment) : std::string(section->title), {}},
            section == nullptr ? generic_section(input) : section->render(input)};
  part.chapter.blocks = std::move(part.content.blocks);
  return part;
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

  Document document;
  document.title = "Does it need to be recurrent?";
  document.chapters.push_back({"what-ran", "What ran", overview_blocks(store.results, commands)});
  std::vector<NotRun> not_run = store.not_run;
  for (Part& part : parts) {
    for (std::string& text : part.content.answers) document.answers.push_back(std::move(text));
    not_run.insert(not_run.end(), part.content.not_run.begin(), part.content.not_run.end());
    document.chapters.push_back(std::move(part.chapter));
  }
  if (document.answers.empty()) {
    document.answers.emplace_back(store.results.empty() ? "No job has a result yet."
                                                        : "The experiments below draw no conclusion of their own.");
  }
  document.chapters.push_back({"runs", "Runs", run_blocks(store.results)});
  document.chapters.push_back(not_run_chapter(not_run));
  return document;
}

}  // namespace unrecur::reports
