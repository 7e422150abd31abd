#include "experiments/support/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <limits.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "experiments/support/progress_board.h"

namespace unrecur {
namespace {

std::string one_line(std::string_view text, std::size_t longest) {
  std::string result(text.substr(0, longest));
  std::ranges::replace_if(
      result, [](unsigned char c) { return c < ' '; }, ' ');
  return result;
}

std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty() || text.front() != ' ') return std::nullopt;
  text.remove_prefix(1);
  return value;
}

std::optional<Progress> parse_message(std::string_view line) {
  const auto done = take_number(line);
  const auto total = done ? take_number(line) : std::nullopt;
  const std::size_t tab = line.find('\t');
  if (!total || tab == std::string_view::npos) return std::nullopt;
  return Progress{*done, *total, std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))};
}

}  // namespace

ProgressReport ProgressReport::on_stderr(std::string title) {
  // The board is the sink's, so that a report can be moved and the line is closed with it.
  auto board = std::make_shared<ProgressBoard>();
  return ProgressReport([board, title = std::move(title)](const Progress& progress) { board->show(title, progress); });
}

ProgressReport ProgressReport::into_pipe(int descriptor) {
  return ProgressReport([descriptor](const Progress& progress) {
    const std::string message = progress_message(progress);
    // Shorter than PIPE_BUF, so that it goes whole or, where the pipe is full or closed, not at all.
    if (::write(descriptor, message.data(), message.size()) < 0) return;
  });
}

void ProgressReport::update(double done, double total, std::string_view unit, std::string_view text) {
  if (!sink_) return;
  constexpr auto pause = std::chrono::milliseconds(100);
  const auto now = std::chrono::steady_clock::now();
  const bool last = total > 0 && done >= total;
  if (!last && now - sent_ < pause) return;
  sent_ = now;
  sink_(Progress{done, total, std::string(unit), std::string(text)});
}

std::string progress_message(const Progress& progress) {
  static_assert(PIPE_BUF >= 512);
  return fmt::format("{} {} {}\t{}\n", progress.done, progress.total, one_line(progress.unit, 40),
                     one_line(progress.text, 300));
}

bool ProgressReader::feed(std::string_view bytes) {
  pending_ += bytes;
  bool changed = false;
  for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
    if (auto progress = parse_message(std::string_view(pending_).substr(0, end))) {
      last_ = std::move(*progress);
      changed = true;
    }
    pending_.erase(0, end + 1);
  }
  return changed;
}

}  // namespace unrecur
