#include "reports/report/report.h"

#include <system_error>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "reports/blocks/figure_data.h"
#include "reports/compare/comparison_page.h"
#include "reports/html/page.h"
#include "reports/print/latex.h"
#include "reports/print/pdf.h"
#include "reports/report/make_document.h"
#include "reports/report/scoreboard.h"
#include "reports/results/result_store.h"

namespace unrecur {
namespace {

namespace fs = std::filesystem;
using namespace reports;

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) throw ResourceError("cannot make the folder " + folder.string() + ": " + error.message());
}

/// What the report shows, in its order.
template <class Use>
void for_each_block(const Document& document, Use use) {
  for (const Block& block : document.front) use(block);
  for (const Chapter& chapter : document.chapters) {
    for (const Block& block : chapter.blocks) use(block);
  }
}

void write_csv(const Document& document, const fs::path& folder) {
  make_folder(folder);
  for_each_block(document, [&](const Block& block) {
    if (const auto* f = std::get_if<Figure>(&block)) write_atomically(folder / (f->id + ".csv"), figure_csv(*f));
  });
}

void write_latex(const Document& document, const fs::path& folder) {
  make_folder(folder);
  std::string order;
  const auto write = [&](const std::string& id, const std::string& tex) {
    write_atomically(folder / (id + ".tex"), tex);
    order += "\\input{" + id + "}\n";
  };
  int since_page = 0;
  for_each_block(document, [&](const Block& block) {
    // LaTeX gives up on more tables and figures in a row than it can hold back.
    constexpr int held_back = 12;
    if (++since_page % held_back == 0) order += "\\clearpage\n";
    if (const auto* s = std::get_if<Scoreboard>(&block)) write(s->id, latex_table(score_table(*s)));
    if (const auto* t = std::get_if<Table>(&block)) write(t->id, latex_table(*t));
    if (const auto* f = std::get_if<Figure>(&block)) {
      write_atomically(folder / (f->id + ".csv"), pgfplots_csv(*f));
      write(f->id, latex_figure(*f, f->id + ".csv"));
    }
  });
  write_atomically(folder / "all.tex", order);
  write_atomically(folder / "report.tex", latex_document(document.title));
}

}  // namespace

fs::path write_report(const ReportOptions& options) {
  ResultStore store = read_results(options.folder);
  for (const auto& [what, reason] : options.not_run) store.not_run.push_back({what, reason});
  const Document document = make_document(store, options.commands);

  const fs::path html = options.html.empty() ? options.folder / "report.html" : options.html;
  make_folder(html.parent_path());
  write_atomically(html, html_page(document));
  if (!options.csv.empty()) write_csv(document, options.csv);
  if (!options.latex.empty()) write_latex(document, options.latex);
  if (!options.pdf.empty()) {
    make_folder(options.pdf.parent_path());
    print_pdf(html, options.pdf);
  }
  return html;
}

WrittenComparison write_comparison(const ComparisonOptions& options) {
  WrittenComparison written;
  written.comparison = compare_results(read_results(options.folder), read_results(options.against));
  written.html = options.html.empty() ? options.folder / "comparison.html" : options.html;
  make_folder(written.html.parent_path());
  const Document document = comparison_document(written.comparison, options.folder.string(), options.against.string());
  write_atomically(written.html, html_page(document));
  return written;
}

}  // namespace unrecur
