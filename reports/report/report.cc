#include "reports/report/report.h"

#include <system_error>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "reports/blocks/figure_data.h"
#include "reports/html/page.h"
#include "reports/print/latex.h"
#include "reports/print/pdf.h"
#include "reports/report/make_document.h"
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

template <class Part, class Use>
void for_each(const Document& document, Use use) {
  for (const Chapter& chapter : document.chapters) {
    for (const Block& block : chapter.blocks) {
      if (const auto* part = std::get_if<Part>(&block)) use(*part);
    }
  }
}

void write_csv(const Document& document, const fs::path& folder) {
  make_folder(folder);
  for_each<Figure>(document, [&](const Figure& f) { write_atomically(folder / (f.id + ".csv"), figure_csv(f)); });
}

void write_latex(const Document& document, const fs::path& folder) {
  make_folder(folder);
  for_each<Table>(document, [&](const Table& t) { write_atomically(folder / (t.id + ".tex"), latex_table(t)); });
  for_each<Figure>(document, [&](const Figure& f) {
    write_atomically(folder / (f.id + ".csv"), pgfplots_csv(f));
    write_atomically(folder / (f.id + ".tex"), latex_figure(f, f.id + ".csv"));
  });
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

}  // namespace unrecur
