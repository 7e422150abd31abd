#pragma once

#include <string>

#include "reports/blocks/block.h"

namespace unrecur::reports {

/// Renders blocks and counts the figures and tables.
class BlockWriter {
 public:
  /// With `charts` a figure is a place for the page's script to draw in; without, a table of its strong curves.
  explicit BlockWriter(bool charts) : charts_(charts) {}

  std::string write(const Block& block);

 private:
  std::string prose(const Prose& prose) const;
  std::string table(const Table& table);
  std::string figure(const Figure& figure);
  std::string audio(const Audio& audio) const;

  bool charts_;
  int figures_ = 0;
  int tables_ = 0;
};

}  // namespace unrecur::reports
