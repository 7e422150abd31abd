#pragma once

#include "apps/answer/sequences/fit_answer.h"
#include "reports/blocks/document.h"

namespace unrecur {

/// The answer to `unrecur fit` as a document: the cheapest twin first, the error of every family against k, the gap of
/// truncations under their proved bound, all twins as a table, and the file. Deterministic.
reports::Document fit_page(const FitAnswer& answer);

}  // namespace unrecur
