#include "theory/certificates/kind_theory.h"
#include "theory/check/ladders/ladders.h"
#include "theory/scans/scan_rate.h"

namespace unrecur::registry::kinds {
namespace {

constexpr std::string_view kUpper[] = {"largest_gate"};

}  // namespace

extern const KindTheory sru;
const KindTheory sru{.kind = "sru",
                     .upper_methods = kUpper,
                     .bound_rate = &bound_scan,
                     .output_bound = &scan_output_bound,
                     .output_limits = &scan_output_limits};

}  // namespace unrecur::registry::kinds
