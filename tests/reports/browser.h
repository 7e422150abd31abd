#pragma once

#include <filesystem>
#include <string>

namespace unrecur::testing {

/// What headless Chromium makes of a page.
struct BrowserRun {
  int status = -1;      ///< exit status
  std::string dom;      ///< the document after all scripts have run, as HTML
  std::string console;  ///< what the page wrote to the console, with script errors
};

/// Opens a file in `browser` and waits until its scripts are done.
BrowserRun open_in_browser(const std::filesystem::path& browser, const std::filesystem::path& html,
                           const std::string& window = "1200,900");

}  // namespace unrecur::testing
