#include "theory/verify/arb/scans/layer_proof.h"

#include <limits>
#include <tuple>

#include "theory/verify/arb/function.h"

namespace unrecur::verify {

std::string LayerProof::run(Balls& changes) {
  if (std::string wrong = find_inputs(); !wrong.empty()) return wrong;
  if (!claim_.limits.empty()) {
    if (std::string wrong = stored_inputs(); !wrong.empty()) return wrong;
  } else if (layer_.scan.window > 1 || !apart_.empty()) {
    return "no limits of the states are claimed";
  }
  find_drives();
  find_moves();
  for (std::size_t i = 0; i < layer_.stored; ++i) {
    changes.push_back(i < layer_.inputs ? input_apart(i) : weight_of(i - layer_.inputs));
  }
  Balls memory, hidden;
  for (std::size_t j = 0; j < layer_.units; ++j) {
    if (std::string wrong = unit(j, memory, hidden); !wrong.empty()) return wrong + " of unit " + std::to_string(j);
  }
  changes.insert(changes.end(), memory.begin(), memory.end());
  changes.insert(changes.end(), hidden.begin(), hidden.end());
  outputs_ = layer_.separate ? hidden : memory;
  return {};
}

std::string LayerProof::find_inputs() {
  const Inputs& set = claim_.inputs;
  if (reads_.external) {
    const std::size_t rows = reads_.external_rows;
    anything_ = set.any();
    const auto column_rows = static_cast<std::size_t>(set.columns.rows());
    const bool fits = anything_ || (set.columns.size() > 0 ? column_rows * static_cast<std::size_t>(set.window) == rows
                                                           : static_cast<std::size_t>(set.low.size()) == rows &&
                                                                 static_cast<std::size_t>(set.high.size()) == rows);
    if (!fits) return "the claim's inputs do not fit the layer";
    for (std::size_t i = 0; i < rows; ++i) {
      const auto at = static_cast<Index>(i);
      if (anything_) {
        newest_.emplace_back(std::numeric_limits<double>::max());
      } else if (set.columns.size() > 0) {
        newest_.emplace_back(set.columns.row(at % set.columns.rows()).cwiseAbs().maxCoeff());
      } else {
        newest_.push_back(max(abs(Ball(set.low(at))), abs(Ball(set.high(at)))));
      }
    }
  }
  newest_.insert(newest_.end(), reads_.reach.begin(), reads_.reach.end());
  return newest_.size() == layer_.inputs ? "" : "the layer does not fit those below it";
}

std::string LayerProof::stored_inputs() const {
  for (std::size_t i = 0; i < layer_.stored; ++i) {
    const bool kept = i < layer_.inputs ? surely_at_most(newest_[i], limit_of(i))
                                        : surely_at_most(limit_of(i - layer_.inputs), limit_of(i));
    if (!kept) return "the limit of a stored input is not kept";
  }
  return {};
}

void LayerProof::find_drives() {
  const std::size_t rows = layer_.blocks * layer_.units;
  std::vector<Range> sums(rows);
  if (reads_.external && !anything_) {
    sums = input_ranges(layer_.u->leftCols(static_cast<Index>(reads_.external_rows)), claim_.inputs);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const Ball shift((*layer_.bias)(static_cast<Index>(row), 0));
    bool open = false;
    Ball reach;
    for (std::size_t i = 0; i < layer_.inputs + layer_.stored; ++i) {
      const double w = u(row, i);
      if (w == 0.0) continue;
      const bool unbounded = anything_ && i % layer_.inputs < reads_.external_rows;
      open = open || unbounded;
      if (unbounded || i < reads_.external_rows) continue;
      reach += abs(Ball(w)) * (i < layer_.inputs ? newest_[i] : limit_of(i - layer_.inputs));
    }
    const Range range = widened({sums[row].low + shift, sums[row].high + shift}, reach);
    drives_.push_back(open ? std::nullopt : std::optional(range));
  }
}

void LayerProof::find_moves() {
  for (std::size_t row = 0; row < layer_.blocks * layer_.units; ++row) {
    Ball sum;
    for (std::size_t i = 0; i < layer_.inputs + layer_.stored; ++i) {
      const double w = u(row, i);
      if (w == 0.0) continue;
      if (i >= layer_.inputs) {
        sum += abs(Ball(w)) * weight_of(i - layer_.inputs);
      } else if (!apart_.empty()) {
        sum += abs(Ball(w)) * apart_[i];
      }
    }
    moved_.push_back(sum);
  }
}

Ball LayerProof::gate_up(std::size_t block, std::size_t j) const {
  return drive(block, j) ? Function::logistic().largest(*drive(block, j)) : Ball(1.0);
}

Ball LayerProof::gate_left(std::size_t block, std::size_t j) const {
  if (!drive(block, j)) return {1.0};
  return Function::logistic().largest({-drive(block, j)->high, -drive(block, j)->low});
}

Ball LayerProof::gate_slope(std::size_t block, std::size_t j) const {
  return drive(block, j) ? Function::logistic().largest_slope(*drive(block, j)) : Ball(0.25);
}

std::string LayerProof::unit(std::size_t j, Balls& memory, Balls& hidden) const {
  const std::size_t c = layer_.stored + j;
  const Ball cap(layer_.scan.cap);
  const bool limited = !claim_.limits.empty();
  const auto& a_z = drive(0, j);
  const bool tanh = layer_.scan.tanh_candidate;
  if (!tanh && !a_z && limited) return "nothing bounds the candidate";
  const Ball z = tanh  ? (a_z ? Function::hyperbolic().largest(*a_z) : Ball(1.0))
                 : a_z ? max(abs(a_z->low), abs(a_z->high))
                       : Ball(0.0);
  const Ball z_slope = tanh && a_z ? Function::hyperbolic().largest_slope(*a_z) : Ball(1.0);
  const Ball c_limit = limited ? limit_of(c) : Ball(0.0);
  Ball kept, push;
  if (layer_.scan.intake == Scan::Intake::gated) {
    const Ball i = gate_up(layer_.intake(), j);
    kept = cap * gate_up(1, j);
    if (limited && !surely_at_most(kept * c_limit + i * z, c_limit)) return "the limit of c is not kept";
    push = cap * gate_slope(1, j) * c_limit * moved(1, j) + gate_slope(layer_.intake(), j) * z * moved(2, j) +
           i * z_slope * moved(0, j);
  } else {
    // c' lies between c and z.
    if (limited && !surely_at_most(z, c_limit)) return "the limit of c is not kept";
    if (layer_.scan.intake == Scan::Intake::coupled) {
      kept = cap * gate_up(1, j);
      push = cap * gate_slope(1, j) * (c_limit + z) * moved(1, j) +
             (Ball(1.0) - cap + cap * gate_left(1, j)) * z_slope * moved(0, j);
    } else {
      std::tie(kept, push) = shared(j, c_limit + z, z_slope);
    }
  }
  const Ball cell = kept * weight_of(c) + push;
  memory.push_back(cell);
  if (!layer_.separate) return {};
  return outlet(j, cell, c_limit, hidden);
}

std::pair<Ball, Ball> LayerProof::shared(std::size_t j, const Ball& apart, const Ball& z_slope) const {
  const Ball cap(layer_.scan.cap);
  const auto &f = drive(1, j), &i = drive(2, j);
  Ball most(1.0), taken(1.0), spread(0.25);
  if (f && i) {
    const Ball f_up = sigmoid(f->high), f_low = sigmoid(f->low), i_up = sigmoid(i->high), i_low = sigmoid(i->low);
    const Ball high = f_up / (f_up + i_low), left = i_up / (i_up + f_low);
    if (surely_below(high, 1.0)) most = high;
    if (surely_below(left, 1.0)) taken = left;
    if (surely_below(high, 0.5)) spread = high * (Ball(1.0) - high);
    if (surely_below(left, 0.5)) spread = left * (Ball(1.0) - left);
  }
  const Ball odds = gate_left(1, j) * moved(1, j) + gate_left(2, j) * moved(2, j);
  return {cap * most, cap * spread * apart * odds + (Ball(1.0) - cap + cap * taken) * z_slope * moved(0, j)};
}

std::string LayerProof::outlet(std::size_t j, const Ball& cell, const Ball& c_limit, Balls& hidden) const {
  const std::size_t h = layer_.stored + layer_.units + j;
  const bool limited = !claim_.limits.empty();
  const std::size_t block = layer_.outlet();
  const Ball o = gate_up(block, j);
  if (layer_.scan.outlet == Scan::Outlet::gated) {
    if (limited && !surely_at_most(o * c_limit, limit_of(h))) return "the limit of h is not kept";
    hidden.push_back(o * cell + gate_slope(block, j) * c_limit * moved(block, j));
    return {};
  }
  const Ball shown = layer_.scan.tanh_squash ? tanh(c_limit) : c_limit;
  Ball carried = newest_[j % layer_.inputs], moves = input_apart(j % layer_.inputs);
  if (layer_.projected) {
    const auto& a_x = drive(block + 1, j);
    if (!a_x && limited) return "nothing bounds what is carried";
    carried = a_x ? max(abs(a_x->low), abs(a_x->high)) : Ball(0.0);
    moves = moved(block + 1, j);
  }
  // h' lies between g(c') and what is carried.
  if (limited && !surely_at_most(max(shown, carried), limit_of(h))) return "the limit of h is not kept";
  hidden.push_back(o * cell + gate_slope(block, j) * (shown + carried) * moved(block, j) + gate_left(block, j) * moves);
  return {};
}

}  // namespace unrecur::verify
