#pragma once

#include <string>

#include "reports/blocks/document.h"

namespace unrecur::reports {

/// The document as one HTML file that needs nothing else: styles, scripts, fonts and numbers are inside, and its
/// content security policy forbids every request.
std::string html_page(const Document& document);

}  // namespace unrecur::reports
