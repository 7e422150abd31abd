#include "reports/results/section.h"
#include "reports/sections/fig1/learning.h"

namespace unrecur::registry::sections {
namespace {

constexpr const char* published_fig1b =
    "Figure 1b of the paper, polyphonic music: as remembered, the curves of stable and unconstrained models fall "
    "together and end together (test NLL 8.9 beside 8.9 for RNNs, 8.5 beside 8.5 for LSTMs).";

reports::SectionContent render_fig1b(const reports::SectionInput& input) {
  return reports::fig1::render(input, "fig1b", published_fig1b);
}

}  // namespace

extern const reports::Section fig1b;
const reports::Section fig1b = {"fig1b", "Learning curves on music, stable against unconstrained", 7, render_fig1b};

}  // namespace unrecur::registry::sections
