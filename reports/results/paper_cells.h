#pragma once

namespace unrecur::reports {

// The kinds of cell that the paper's claims are about, by the names under which their results are stored. Tables and
// figures show whatever kinds there are results of; only claims need to know these.
inline constexpr const char* kPaperRnn = "elman";
inline constexpr const char* kPaperLstm = "lstm";
inline constexpr const char* kPaperGru = "gru";  // not the paper's own, but beside its cells in every table
inline constexpr const char* kPaperCells[] = {kPaperRnn, kPaperLstm, kPaperGru};

}  // namespace unrecur::reports
