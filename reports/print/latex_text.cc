#include "reports/print/latex_text.h"

#include <algorithm>

#include "reports/blocks/markup.h"

namespace unrecur::reports {
namespace {

struct Replacement {
  std::string_view from, to;
};

constexpr Replacement replacements[] = {{"\\", "\\textbackslash{}"},
                                        {"{", "\\{"},
                                        {"}", "\\}"},
                                        {"$", "\\$"},
                                        {"&", "\\&"},
                                        {"#", "\\#"},
                                        {"%", "\\%"},
                                        {"_", "\\_"},
                                        {"^", "\\textasciicircum{}"},
                                        {"~", "\\textasciitilde{}"},
                                        {"−", "$-$"},
                                        {"±", "$\\pm$"},
                                        {"·", "$\\cdot$"},
                                        {"…", "\\dots{}"},
                                        {"–", "--"},
                                        {"≤", "$\\le$"},
                                        {"\u00a0", "~"},
                                        {"↑", "$\\uparrow$"},
                                        {"↓", "$\\downarrow$"},
                                        {"≈", "$\\approx$"},
                                        {"‖", "$\\Vert$"},
                                        {"α", "$\\alpha$"},
                                        {"β", "$\\beta$"},
                                        {"γ", "$\\gamma$"},
                                        {"µ", "$\\mu$"},
                                        {"φ", "$\\varphi$"},
                                        {"∂", "$\\partial$"},
                                        {"∇", "$\\nabla$"},
                                        {"∞", "$\\infty$"},
                                        {"×", "$\\times$"},
                                        {"✓", "yes"},
                                        {"✗", "no"},
                                        {"₁", "$_1$"},
                                        {"₂", "$_2$"},
                                        {"ε", "$\\varepsilon$"},
                                        {"λ", "$\\lambda$"},
                                        {"⁰", "$^0$"},
                                        {"¹", "$^1$"},
                                        {"²", "$^2$"},
                                        {"³", "$^3$"},
                                        {"⁴", "$^4$"},
                                        {"⁵", "$^5$"},
                                        {"⁶", "$^6$"},
                                        {"⁷", "$^7$"},
                                        {"⁸", "$^8$"},
                                        {"⁹", "$^9$"},
                                        {"⁻", "$^-$"}};

}  // namespace

std::string escape_latex(std::string_view text) {
  constexpr std::string_view hat = "\u0302";
  std::string latex;
  while (!text.empty()) {
    const auto* found = std::find_if(std::begin(replacements), std::end(replacements),
                                     [&](const Replacement& r) { return text.starts_with(r.from); });
    std::string next(found == std::end(replacements) ? text.substr(0, 1) : found->to);
    text.remove_prefix(found == std::end(replacements) ? 1 : found->from.size());
    if (text.starts_with(hat)) {
      std::erase(next, '$');
      next = "$\\hat{" + next + "}$";
      text.remove_prefix(hat.size());
    }
    latex += next;
  }
  return latex;
}

std::string inline_latex(std::string_view markup) {
  std::string latex;
  for (const Span& span : parse_markup(markup)) {
    switch (span.style) {
      case Span::Style::text:
        latex += escape_latex(span.text);
        break;
      case Span::Style::strong:
        latex += "\\textbf{" + escape_latex(span.text) + "}";
        break;
      case Span::Style::emphasis:
        latex += "\\emph{" + escape_latex(span.text) + "}";
        break;
      case Span::Style::code:
        latex += "\\texttt{" + escape_latex(span.text) + "}";
        break;
      case Span::Style::tex:
        latex += "$" + span.text + "$";
        break;
    }
  }
  return latex;
}

}  // namespace unrecur::reports
