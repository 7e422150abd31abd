#include "experiments/support/progress_board.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace unrecur {
namespace {

void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;  // nobody reads; progress is not worth an error
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

ProgressBoard::Options options_of_stderr() {
  ProgressBoard::Options options;
  options.write = write_to_stderr;
  options.terminal = ::isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (options.terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    options.columns = size.ws_col;
  }
  return options;
}

std::string bar_of(double part) {
  constexpr int width = 20;
  const int full = static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * width));
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '.') + "]";
}

/// Cut to a number of columns, at the start of a UTF-8 character.
std::string cut(std::string text, int columns) {
  int seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts_character && ++seen > columns) {
      text.resize(i);
      break;
    }
  }
  return text;
}

}  // namespace

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::min(std::max(seconds, 0.0), 3.6e8) + 0.5);
  const auto hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, rest) : fmt::format("{}:{:02}", minutes, rest);
}

ProgressBoard::ProgressBoard() : ProgressBoard(options_of_stderr()) {}
ProgressBoard::ProgressBoard(Options options) : options_(std::move(options)) {}
ProgressBoard::~ProgressBoard() {
  clear();
}

std::string ProgressBoard::line_of(const Row& row) const {
  const Progress& p = row.progress;
  std::string line = row.title + "  ";
  if (p.total > 0)
    line += fmt::format("{} {:3.0f} %  ", bar_of(p.done / p.total), 100 * std::min(1.0, p.done / p.total));
  const double seconds = std::chrono::duration<double>(Clock::now() - row.started).count();
  const double moved = p.done - row.started_at;  // what an earlier run did says nothing about the rate of this one
  if (seconds > 0.5 && moved > 0) {
    line += fmt::format("{:.3g} {}/s  ", moved / seconds, p.unit);
    if (p.total > p.done) line += clock_text((p.total - p.done) * seconds / moved) + " left  ";
  }
  return line + p.text;
}

void ProgressBoard::clear() {
  if (drawn_ == 0) return;
  options_.write(fmt::format("\x1b[{}A\r\x1b[J", drawn_));
  drawn_ = 0;
}

void ProgressBoard::draw() {
  if (!options_.terminal) return;
  std::string text;
  if (drawn_ > 0) text = fmt::format("\x1b[{}A\r\x1b[J", drawn_);
  for (const Row& row : rows_) text += cut(line_of(row), options_.columns - 1) + "\n";
  drawn_ = static_cast<int>(rows_.size());
  options_.write(text);
}

void ProgressBoard::show(const std::string& title, const Progress& progress) {
  auto row = std::ranges::find(rows_, title, &Row::title);
  if (row == rows_.end()) {
    rows_.push_back({title, progress, Clock::now(), {}, progress.done});
    row = std::prev(rows_.end());
  }
  row->progress = progress;
  if (options_.terminal) {
    draw();
  } else if (row->printed == Clock::time_point{} || Clock::now() - row->printed >= options_.pause) {
    row->printed = Clock::now();
    options_.write(line_of(*row) + "\n");
  }
}

void ProgressBoard::finish(const std::string& title, const std::string& message) {
  std::erase_if(rows_, [&](const Row& row) { return row.title == title; });
  say(message);
}

void ProgressBoard::say(const std::string& message) {
  clear();
  if (!message.empty()) options_.write(message + "\n");
  draw();
}

}  // namespace unrecur
