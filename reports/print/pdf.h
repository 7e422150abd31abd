#pragma once

#include <filesystem>

namespace unrecur::reports {

/// Prints an HTML file to a PDF file with headless Chromium, found on PATH as `chromium`, `chromium-browser` or
/// `google-chrome`. Throws ResourceError where there is none, or where it fails. Cost: seconds, and some 300 MiB.
void print_pdf(const std::filesystem::path& html, const std::filesystem::path& pdf);

/// The browser's path; empty where there is none.
std::filesystem::path find_browser();

}  // namespace unrecur::reports
