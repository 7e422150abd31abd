#pragma once

#include <string>

#include "reports/blocks/block.h"

namespace unrecur::reports {

/// A `table` environment; needs the packages booktabs and amsmath.
std::string latex_table(const Table& table);

/// The strong curves side by side for pgfplots: columns x, c1, c2, …; `nan` where a curve has no value.
std::string pgfplots_csv(const Figure& figure);

/// A `figure` environment that plots the columns of `csv_name` with pgfplots; bounds are dashed as in the HTML report.
std::string latex_figure(const Figure& figure, const std::string& csv_name);

/// A document for `pdflatex` that takes in the file `all.tex`, with the packages that tables and figures need.
std::string latex_document(const std::string& title);

}  // namespace unrecur::reports
