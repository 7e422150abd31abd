#include "theory/slope/lmi_search.h"

#ifdef UNRECUR_HAVE_DSDP
// This header alone of DSDP's does not say that it is C.
extern "C" {
#include <dsdp/dsdpbasictypes.h>
}
#include <dsdp/dsdp5.h>

#include <algorithm>
#include <memory>
#include <utility>
#endif

namespace unrecur {

#ifdef UNRECUR_HAVE_DSDP
namespace {

/// A symmetric matrix as DSDP takes it: entries of the lower triangle, row by row, by their place in it.
class Triangle {
 public:
  void add(Index i, Index j, double value) {
    if (value == 0.0) return;
    if (i < j) std::swap(i, j);
    entries_.emplace_back(static_cast<int>(i * (i + 1) / 2 + j), value);
  }
  void add_identity(Index n, double value) {
    for (Index i = 0; i < n; ++i) add(i, i, value);
  }
  void split(std::vector<int>& places, std::vector<double>& values) {
    std::sort(entries_.begin(), entries_.end());
    for (const auto& [place, value] : entries_) {
      places.push_back(place);
      values.push_back(value);
    }
  }

 private:
  std::vector<std::pair<int, double>> entries_;
};

/// DSDP calls it in every iteration.
int stop_where_asked(DSDP program, void* context) {
  const auto* execution = static_cast<const ExecutionContext*>(context);
  if (execution->stop.stop_requested()) DSDPSetConvergenceFlag(program, DSDP_USER_TERMINATION);
  return 0;
}

struct DestroyProgram {
  void operator()(DSDP_C* program) const { DSDPDestroy(program); }
};

/// max bᵀy subject to constant − Σ y_i A_i ⪰ 0 in three blocks: the block matrix (2n), and two of size n for bounds of
/// P. Unknowns, from 1: the lower triangle of P row by row, Λ, and one number t.
class Program {
 public:
  Program(const SlopeMap& map, double rate)
      : map_(map), n_(map.size()), unknowns_(static_cast<int>(n_ * (n_ + 1) / 2 + n_ + 1)) {
    DSDP made = nullptr;
    ok_ = DSDPCreate(unknowns_, &made) == 0;
    program_.reset(made);
    ok_ = ok_ && DSDPCreateSDPCone(program_.get(), 3, &cone_) == 0;
    for (int b = 0; b < 3 && ok_; ++b) ok_ = SDPConeSetBlockSize(cone_, b, block_size(b)) == 0;
    add_metric(rate);
    add_multipliers();
  }

  /// constant of block b, or −A_t, adds: S_b = … + value.
  void set_constant(int block, Triangle triangle) { put(block, 0, std::move(triangle)); }
  void set_t(int block, Triangle triangle) { put(block, unknowns_, std::move(triangle)); }
  void maximise_t(double sign) { ok_ = ok_ && DSDPSetDualObjective(program_.get(), unknowns_, sign) == 0; }

  std::optional<SlopeMultipliers> solve(double start, const ExecutionContext& execution) {
    if (!ok_) return std::nullopt;
    DSDP p = program_.get();
    execution.poll();
    ExecutionContext watched = execution;
    if (DSDPSetMonitor(p, &stop_where_asked, &watched) != 0) return std::nullopt;
    int at = 1;
    for (Index i = 0; i < n_; ++i) {
      for (Index j = 0; j <= i; ++j) DSDPSetY0(p, at++, i == j ? start : 0.0);
    }
    for (Index i = 0; i < n_; ++i) DSDPSetY0(p, at++, start);
    DSDPSetY0(p, at, start > 1.0 ? 10.0 : -10.0);
    DSDPSetGapTolerance(p, 1e-4);
    DSDPSetMaxIts(p, 200);
    if (DSDPSetup(p) != 0 || DSDPSolve(p) != 0) {
      // What a failed call leaves behind cannot be taken apart: DSDPDestroy has crashed on it.
      static_cast<void>(program_.release());
      execution.poll();
      return std::nullopt;
    }
    execution.poll();
    double violation = 1.0;
    std::vector<double> y(static_cast<std::size_t>(unknowns_));
    if (DSDPGetR(p, &violation) != 0 || !(violation <= 0.0) || DSDPGetY(p, y.data(), unknowns_) != 0) {
      return std::nullopt;
    }
    return unpacked(y);
  }

 private:
  int block_size(int block) const { return static_cast<int>(block == 0 ? 2 * n_ : n_); }

  /// Terms of the block matrix in P, and P itself in the two others, with opposite signs.
  void add_metric(double rate) {
    const double stay = 1.0 - map_.leak;
    int at = 1;
    for (Index i = 0; i < n_; ++i) {
      for (Index j = 0; j <= i; ++j, ++at) {
        Triangle form, above, below;
        form.add(i, j, rate * rate - stay * stay);
        form.add(n_ + i, n_ + j, -map_.leak * map_.leak);
        form.add(n_ + i, j, -map_.leak * stay);
        if (i != j) form.add(n_ + j, i, -map_.leak * stay);
        above.add(i, j, 1.0);
        below.add(i, j, -1.0);
        put(0, at, std::move(form));
        put(1, at, std::move(above));
        put(2, at, std::move(below));
      }
    }
  }

  void add_multipliers() {
    const double ends = 2.0 * map_.slope_low * map_.slope_high;
    int at = static_cast<int>(n_ * (n_ + 1) / 2) + 1;
    for (Index i = 0; i < n_; ++i, ++at) {
      Triangle form;
      for (Index j = 0; j < n_; ++j) {
        for (Index k = 0; k <= j && ends != 0.0; ++k) form.add(j, k, ends * map_.w(i, j) * map_.w(i, k));
        form.add(n_ + i, j, -(map_.slope_low + map_.slope_high) * map_.w(i, j));
      }
      form.add(n_ + i, n_ + i, 2.0);
      put(0, at, std::move(form));
    }
  }

  /// Hands over y_at's share of S; DSDP keeps pointers, so the arrays stay here. Its constant has the opposite sign.
  void put(int block, int at, Triangle triangle) {
    auto& places = places_.emplace_back(std::make_unique<std::vector<int>>());
    auto& values = values_.emplace_back(std::make_unique<std::vector<double>>());
    triangle.split(*places, *values);
    if (places->empty()) return;
    if (at != 0) std::transform(values->begin(), values->end(), values->begin(), [](double v) { return -v; });
    ok_ = ok_ && SDPConeSetASparseVecMat(cone_, block, at, block_size(block), 1.0, 0, places->data(), values->data(),
                                         static_cast<int>(places->size())) == 0;
  }

  SlopeMultipliers unpacked(const std::vector<double>& y) const {
    SlopeMultipliers m{Matrix<double>(n_, n_), Vector<double>(n_)};
    std::size_t at = 0;
    for (Index i = 0; i < n_; ++i) {
      for (Index j = 0; j <= i; ++j) m.p(i, j) = m.p(j, i) = y[at++];
    }
    for (Index i = 0; i < n_; ++i) m.lambda(i) = y[at++];
    return m;
  }

  const SlopeMap& map_;
  Index n_;
  int unknowns_;
  bool ok_ = false;
  std::vector<std::unique_ptr<std::vector<int>>> places_;
  std::vector<std::unique_ptr<std::vector<double>>> values_;
  std::unique_ptr<DSDP_C, DestroyProgram> program_;
  SDPCone cone_ = nullptr;
};

Triangle identity(Index n, double value) {
  Triangle triangle;
  triangle.add_identity(n, value);
  return triangle;
}

}  // namespace

std::optional<SlopeMultipliers> deepest_multipliers(const SlopeMap& map, double rate,
                                                    const ExecutionContext& execution) {
  const Index n = map.size();
  Program program(map, rate);
  program.set_t(0, identity(2 * n, -1.0));    // block matrix − t I
  program.set_constant(2, identity(n, 1.0));  // I − P; block 1 is P
  program.maximise_t(1.0);
  return program.solve(0.5, execution);
}

std::optional<SlopeMultipliers> best_conditioned_multipliers(const SlopeMap& map, double rate,
                                                             const ExecutionContext& execution) {
  const Index n = map.size();
  Program program(map, rate);
  program.set_constant(1, identity(n, -1.0));  // P − I
  program.set_t(2, identity(n, 1.0));          // t I − P
  program.maximise_t(-1.0);
  return program.solve(2.0, execution);
}

bool semidefinite_programs_available() {
  return true;
}
#else
std::optional<SlopeMultipliers> deepest_multipliers(const SlopeMap&, double, const ExecutionContext&) {
  return std::nullopt;
}

std::optional<SlopeMultipliers> best_conditioned_multipliers(const SlopeMap&, double, const ExecutionContext&) {
  return std::nullopt;
}

bool semidefinite_programs_available() {
  return false;
}
#endif

}  // namespace unrecur
