#pragma once

#include <string>

#include "reports/blocks/document.h"
#include "reports/compare/compare.h"

namespace unrecur::reports {

/// One sentence: how many results are the same to the last bit, and what differs.
std::string comparison_sentence(const ResultsComparison& comparison);

/// The comparison as a document: what changed in each experiment, paired, with intervals; what has no partner.
/// `now` and `before` name the folders, plain text.
Document comparison_document(const ResultsComparison& comparison, const std::string& now, const std::string& before);

}  // namespace unrecur::reports
