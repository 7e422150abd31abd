#include "reports/results/section.h"
#include "reports/sections/fig1/learning.h"

namespace unrecur::registry::sections {
namespace {

constexpr const char* published_fig1a =
    "Figure 1a of the paper, word-level language modelling: as remembered, the curve of the stable RNN runs along that "
    "of the unconstrained one and ends at the same height or below (test perplexity 143.5 beside 146.7), while the "
    "stable LSTM stays above the unconstrained LSTM to the end (113.2 beside 95.7).";

reports::SectionContent render_fig1a(const reports::SectionInput& input) {
  return reports::fig1::render(input, "fig1a", published_fig1a);
}

}  // namespace

extern const reports::Section fig1a;
const reports::Section fig1a = {"fig1a", "Learning curves on words, stable against unconstrained", 6, render_fig1a};

}  // namespace unrecur::registry::sections
