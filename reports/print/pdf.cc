#include "reports/print/pdf.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/errors.h"
#include "base/file_bytes.h"

extern char** environ;

namespace unrecur::reports {
namespace {

namespace fs = std::filesystem;

/// A folder for the browser's profile and output, gone at the end of the scope.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "unrecur-pdf-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw ResourceError("cannot make " + name + ": " + std::strerror(errno));
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Runs a program without a shell, its output thrown away; its exit status.
int run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0);
  }
  pid_t child = 0;
  const int error = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw ResourceError("cannot run " + words[0] + ": " + std::strerror(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw ResourceError("lost " + words[0] + ": " + std::strerror(errno));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/// A path as an address: every byte but the plain ones in percent signs.
std::string file_address(const fs::path& path) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~";
  std::string address = "file://";
  for (const char c : fs::absolute(path).string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != plain.npos) {
      address += c;
    } else {
      address += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return address;
}

}  // namespace

fs::path find_browser() {
  const char* variable = std::getenv("PATH");
  const std::string path = variable == nullptr ? "" : variable;
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find(':', begin), path.size());
      const fs::path candidate = fs::path(path.substr(begin, end - begin)) / name;
      if (end > begin && access(candidate.c_str(), X_OK) == 0) return candidate;
      begin = end + 1;
    }
  }
  return {};
}

void print_pdf(const fs::path& html, const fs::path& pdf) {
  const fs::path browser = find_browser();
  if (browser.empty()) throw ResourceError("a PDF needs the browser Chromium: install the Debian package chromium");
  const ScratchFolder scratch;
  const fs::path output = scratch.path() / "report.pdf";
  std::vector<std::string> words = {browser.string(),
                                    "--headless",
                                    "--disable-gpu",
                                    "--no-first-run",
                                    "--disable-background-networking",
                                    "--disable-component-update",
                                    "--disable-sync",
                                    "--disable-quic",
                                    "--no-pdf-header-footer",
                                    "--virtual-time-budget=10000",
                                    "--user-data-dir=" + (scratch.path() / "profile").string(),
                                    "--print-to-pdf=" + output.string()};
  // Chromium's sandbox does not work for root; the page is our own and requests nothing.
  if (geteuid() == 0) words.insert(words.begin() + 2, "--no-sandbox");
  words.push_back(file_address(html));
  const int status = run(std::move(words));
  if (status != 0 || !fs::exists(output)) {
    throw ResourceError(browser.string() + " made no PDF of " + html.string() + " (exit status " +
                        std::to_string(status) + ")");
  }
  write_atomically(pdf, read_file(output));
}

}  // namespace unrecur::reports
