#include "reports/html/page.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/base64.h"
#include "reports/blocks/figure_data.h"
#include "reports/blocks/markup.h"
#include "reports/html/blocks.h"
#include "reports/html/escape.h"
#include "reports/results/assets.h"

namespace unrecur::reports {
namespace {

constexpr const char* our_scripts[] = {"chart_numbers.js", "chart_scales.js", "chart_export.js",   "chart_legend.js",
                                       "chart_hover.js",   "chart_zoom.js",   "chart_controls.js", "chart_symbols.js",
                                       "chart.js",         "page.js"};

std::string script(std::string_view name) {
  const std::string_view content = asset(name);
  if (content.empty()) return "";
  if (content.find("</script") != content.npos || content.find("<!--") != content.npos) {
    throw std::logic_error("asset " + std::string(name) + " cannot stand in a script element");
  }
  return fmt::format("<script>\n{}\n</script>\n", content);
}

/// KaTeX's rules without its @font-face ones, which name files; the fonts that are embedded follow as data.
std::string katex_style() {
  std::string css(asset("katex.css"));
  if (css.empty()) return "";
  for (std::size_t at = css.find("@font-face"); at != css.npos; at = css.find("@font-face", at)) {
    css.erase(at, css.find('}', at) + 1 - at);
  }
  const struct {
    const char *file, *family, *style, *weight;
  } faces[] = {{"KaTeX_Main-Regular.woff2", "KaTeX_Main", "normal", "400"},
               {"KaTeX_Main-Bold.woff2", "KaTeX_Main", "normal", "700"},
               {"KaTeX_Math-Italic.woff2", "KaTeX_Math", "italic", "400"},
               {"KaTeX_Size1-Regular.woff2", "KaTeX_Size1", "normal", "400"},
               {"KaTeX_Size2-Regular.woff2", "KaTeX_Size2", "normal", "400"}};
  for (const auto& face : faces) {
    const std::string_view font = asset(face.file);
    if (font.empty()) continue;
    css += fmt::format(
        "\n@font-face{{font-family:{};font-style:{};font-weight:{};src:url(data:font/woff2;base64,{}) "
        "format('woff2')}}",
        face.family, face.style, face.weight, base64(font));
  }
  return "<style>\n" + css + "\n</style>\n";
}

std::string head(const Document& document) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
      "style-src 'unsafe-inline'; font-src data:; img-src data: blob:; media-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n"
      "<link rel=\"icon\" href=\"data:,\">\n{}{}<style>\n{}\n</style>\n</head>\n",
      escape_html(document.title), script("page_errors.js"), katex_style(), asset("report.css"));
}

std::string contents(const Document& document) {
  std::string html = "<nav aria-label=\"Contents\"><ul>\n";
  for (const Chapter& c : document.chapters) {
    if (!c.in_contents) continue;
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", escape_html(c.id), inline_html(c.title));
  }
  return html + "<li><a href=\"#licences\">Licences</a></li>\n</ul></nav>\n";
}

/// Consecutive narrow figures stand side by side where there is room.
std::string blocks_html(const std::vector<Block>& blocks, BlockWriter& writer) {
  std::string html;
  bool in_row = false;
  for (const Block& block : blocks) {
    const auto* figure = std::get_if<Figure>(&block);
    const bool narrow = figure != nullptr && !figure->wide;
    if (narrow != in_row) html += narrow ? "<div class=\"figures\">\n" : "</div>\n";
    in_row = narrow;
    html += writer.write(block);
  }
  return html + (in_row ? "</div>\n" : "");
}

std::string summary(const Document& document, BlockWriter& writer) {
  if (!document.front.empty()) {
    return "<section id=\"summary\" aria-label=\"Summary\" class=\"front\">\n" + blocks_html(document.front, writer) +
           "</section>\n";
  }
  std::string html = "<section id=\"summary\" aria-label=\"Summary\" class=\"summary\">\n";
  for (const std::string& answer : document.answers) html += "<p>" + inline_html(answer) + "</p>\n";
  return html + "</section>\n";
}

std::string chapter_html(const Chapter& chapter, BlockWriter& writer) {
  return fmt::format("<section id=\"{0}\" aria-labelledby=\"h-{0}\">\n<h2 id=\"h-{0}\">{1}</h2>\n",
                     escape_html(chapter.id), inline_html(chapter.title)) +
         blocks_html(chapter.blocks, writer) + "</section>\n";
}

std::string licences() {
  std::string html =
      "<section id=\"licences\" aria-labelledby=\"h-licences\">\n<h2 id=\"h-licences\">Licences</h2>\n"
      "<p>This file carries the following libraries.</p>\n";
  const auto add = [&](const char* title, std::string_view text) {
    html += fmt::format("<details><summary>{}</summary><pre>{}</pre></details>\n", title, escape_html(text));
  };
  if (!asset("d3.min.js").empty()) add("d3", asset("licence_d3.txt"));
  if (!asset("katex.js").empty()) add("KaTeX and its fonts", asset("licence_katex.txt"));
  return html + "</section>\n";
}

std::vector<const Figure*> figures_of(const Document& document) {
  std::vector<const Figure*> figures;
  const auto add = [&](const std::vector<Block>& blocks) {
    for (const Block& block : blocks) {
      if (const auto* figure = std::get_if<Figure>(&block)) figures.push_back(figure);
    }
  };
  add(document.front);
  for (const Chapter& chapter : document.chapters) add(chapter.blocks);
  return figures;
}

}  // namespace

std::string html_page(const Document& document) {
  const bool charts = !asset("d3.min.js").empty();
  BlockWriter writer(charts);
  std::string html = head(document);
  html +=
      "<body>\n<a class=\"skip\" href=\"#summary\">To the summary</a>\n<header>\n<button id=\"theme\" type=\"button\" "
      "hidden>Theme</button>\n<h1>" +
      escape_html(document.title) + "</h1>\n<p class=\"subtitle\">" + escape_html(document.subtitle) +
      "</p>\n</header>\n";
  // The first screen is for what came out; the way to the rest stands below it.
  const bool front = !document.front.empty();
  if (!front) html += contents(document);
  html += "<main>\n" + summary(document, writer);
  if (front) html += contents(document);
  for (const Chapter& chapter : document.chapters) html += chapter_html(chapter, writer);
  html += licences() + "</main>\n";
  if (charts) {
    html += "<script type=\"application/json\" id=\"figures\">" + figures_json(figures_of(document)) + "</script>\n";
  }
  html += script("d3.min.js") + script("katex.js");
  for (const char* name : our_scripts) html += script(name);
  return html + "</body>\n</html>\n";
}

}  // namespace unrecur::reports
