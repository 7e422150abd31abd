#include "tests/reports/browser.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/file_content.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::testing {
namespace {

/// The lines of Chromium's log that come from the page; the others are about the machine (no bus, no GPU).
std::string console_lines(const std::string& log) {
  std::string lines;
  std::istringstream stream(log);
  for (std::string line; std::getline(stream, line);) {
    if (line.find("CONSOLE") != line.npos) lines += line + "\n";
  }
  return lines;
}

}  // namespace

BrowserRun open_in_browser(const std::filesystem::path& browser, const std::filesystem::path& html,
                           const std::string& window) {
  const TemporaryFolder scratch;
  const std::filesystem::path dom = scratch / "dom.html";
  const std::filesystem::path log = scratch / "log";
  const std::string command =
      browser.string() +
      " --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
      " --disable-component-update --disable-sync --enable-logging=stderr --v=0 --virtual-time-budget=20000"
      " --window-size=" +
      window + " --user-data-dir=" + (scratch / "profile").string() + " --dump-dom file://" + html.string() + " >" +
      dom.string() + " 2>" + log.string();
  BrowserRun run;
  run.status = std::system(command.c_str());
  run.dom = content(dom);
  run.console = console_lines(content(log));
  return run;
}

}  // namespace unrecur::testing
