// c' = f c + i z and h' = o ρ(c') over a box of states, all gates of a unit at the same input and state.
#include <algorithm>
#include <optional>
#include <utility>

#include "theory/verify/arb/regions.h"

namespace unrecur::verify {
namespace {

constexpr Index kGates = 4;
/// So many parts of the box are looked at for each end before it counts as not proved.
constexpr int kMostParts = 4000;

Range negated(const Range& a) {
  return {-a.high, -a.low};
}
/// Whether the range is known to lie at or above zero.
bool never_negative(const Ball& low) {
  return surely_at_most(Ball(0.0), low);
}

/// The gates of one unit as functions of inputs (or, where their set is no box, of the drives) and h.
class UnitEnds {
 public:
  UnitEnds(const Gated& gated, const Claim& claim, Index j) : gated_(gated), rows_(rows_of(gated, claim, j)) {
    const Index n = gated.n, free = rows_.cols() - n;
    box_ = {Vector<double>(rows_.cols()), Vector<double>(rows_.cols())};
    for (Index g = 0; g < kGates; ++g) {
      const bool boxed = claim.inputs.columns.size() == 0;
      if (!boxed) {
        const Range drive = gated.drive(g * n + j, claim.inputs, true);
        box_.low(g) = -(-drive.low).upper();
        box_.high(g) = drive.high.upper();
      }
      bias_.push_back(boxed ? gated.bias_of(g * n + j, true) : Ball(0.0));
    }
    if (claim.inputs.columns.size() == 0) {
      box_.low.head(free) = claim.inputs.low;
      box_.high.head(free) = claim.inputs.high;
    }
    for (Index k = 0; k < n; ++k) {
      box_.low(free + k) = claim.state_low[static_cast<std::size_t>(n + k)];
      box_.high(free + k) = claim.state_high[static_cast<std::size_t>(n + k)];
    }
  }

  /// The output gate over the box.
  Range output() const {
    const Range sum = dot_range(rows_, kGates - 1, box_.low, box_.high);
    return values(gated_.gates, {sum.low + bias_.back(), sum.high + bias_.back()});
  }

  /// Whether sign · (f c + i z), or of that o ρ, is at most `end` over the box.
  bool keep(double c, bool hidden, double sign, double end) const {
    int parts = 0;
    const Question question{c, hidden, sign, end};
    return holds(question, box_, parts);
  }

 private:
  struct Question {
    Ball c;
    bool hidden;
    double sign;
    Ball end;
  };
  struct Over {
    Range value;
    std::vector<Range> gradient;
  };

  static Matrix<double> rows_of(const Gated& gated, const Claim& claim, Index j) {
    const bool boxed = claim.inputs.columns.size() == 0;
    const Index n = gated.n, free = boxed ? gated.input->cols() : kGates;
    Matrix<double> rows = Matrix<double>::Zero(kGates, free + n);
    for (Index g = 0; g < kGates; ++g) {
      if (boxed) rows.row(g).head(free) = gated.input->row(g * n + j);
      if (!boxed) rows(g, g) = 1.0;
      rows.row(g).tail(n) = gated.recurrent->row(g * n + j);
    }
    return rows;
  }

  Over over(const Question& question, const Region& box) const {
    std::vector<Range> a;
    for (Index g = 0; g < kGates; ++g) {
      const Ball& bias = bias_[static_cast<std::size_t>(g)];
      const Range sum = dot_range(rows_, g, box.low, box.high);
      a.push_back({sum.low + bias, sum.high + bias});
    }
    const LstmCellOver cell = cell_over(gated_, a[0], a[1], a[2], {question.c, question.c});
    std::vector<Range> by{cell.by_i, cell.by_f, cell.by_z, Range{}};
    Range value = cell.next;
    if (question.hidden) {
      const LstmOutputOver hidden = output_over(gated_, a[3], cell.next);
      for (Range& entry : by) entry = hidden.through * entry;
      by[3] = hidden.by_o;
      value = hidden.next;
    }
    Over result{question.sign > 0.0 ? value : negated(value), {}};
    for (Index k = 0; k < rows_.cols(); ++k) {
      Range entry;
      for (Index g = 0; g < kGates; ++g) {
        const Ball weight(rows_(g, k));
        entry = entry + Range{weight, weight} * by[static_cast<std::size_t>(g)];
      }
      result.gradient.push_back(question.sign > 0.0 ? entry : negated(entry));
    }
    return result;
  }

  /// Moves coordinates in which the value rises or falls to the end where it is largest.
  static bool settle(Region& box, const std::vector<Range>& gradient) {
    bool moved = false;
    for (Index k = 0; k < box.low.size(); ++k) {
      if (!(box.low(k) < box.high(k))) continue;
      const Range& slope = gradient[static_cast<std::size_t>(k)];
      const bool rises = never_negative(slope.low), falls = never_negative(-slope.high);
      if (rises) box.low(k) = box.high(k);
      if (falls && !rises) box.high(k) = box.low(k);
      moved = moved || rises || falls;
    }
    return moved;
  }

  bool holds(const Question& question, Region box, int& parts) const {
    if (++parts > kMostParts) return false;
    Over here = over(question, box);
    for (int round = 0; round < 3 && settle(box, here.gradient); ++round) here = over(question, box);
    if (surely_at_most(here.value.high, question.end)) return true;
    Index coordinate = 0;
    double most = 0.0;
    for (Index k = 0; k < box.low.size(); ++k) {
      const Range& slope = here.gradient[static_cast<std::size_t>(k)];
      const double weight = max(abs(slope.low), abs(slope.high)).about() * (box.high(k) - box.low(k));
      if (!(weight > most)) continue;
      most = weight;
      coordinate = k;
    }
    const double cut = 0.5 * box.low(coordinate) + 0.5 * box.high(coordinate);
    if (!(box.low(coordinate) < cut && cut < box.high(coordinate))) return false;
    Region low = box;
    low.high(coordinate) = cut;
    box.low(coordinate) = cut;
    return holds(question, std::move(low), parts) && holds(question, std::move(box), parts);
  }

  const Gated& gated_;
  Matrix<double> rows_;
  std::vector<Ball> bias_;
  Region box_;
};

/// Whether off_low ≤ o ρ(c) − lean c ≤ off_high for o and c of their ranges; the range of c is halved where needed.
bool band_holds(const Function& output, const Range& o, double low, double high, const Ball& lean, const Range& off,
                int& parts) {
  if (++parts > kMostParts) return false;
  const Range c{low, high}, here = o * values(output, c) - Range{lean, lean} * c;
  if (surely_at_most(off.low, here.low) && surely_at_most(here.high, off.high)) return true;
  const double cut = 0.5 * low + 0.5 * high;
  if (!(low < cut && cut < high)) return false;
  return band_holds(output, o, low, cut, lean, off, parts) && band_holds(output, o, cut, high, lean, off, parts);
}

}  // namespace

std::string state_box_failure(const Gated& gated, const Claim& claim) {
  const Index n = gated.n;
  const auto at = [](const std::vector<double>& list, Index k) { return list[static_cast<std::size_t>(k)]; };
  // Of a vocabulary also over the box around its vectors, which has all gates at one input.
  Claim boxed = claim;
  const auto [least, most] = box_around(claim.inputs);
  boxed.inputs = {.low = least, .high = most};
  const bool two = claim.inputs.columns.size() > 0 && least.size() > 0;
  for (Index j = 0; j < n; ++j) {
    const UnitEnds unit(gated, claim, j);
    const std::optional<UnitEnds> other = two ? std::optional<UnitEnds>(std::in_place, gated, boxed, j) : std::nullopt;
    const auto keeps = [&](double c, bool hidden, double sign, double end) {
      return unit.keep(c, hidden, sign, end) || (other && other->keep(c, hidden, sign, end));
    };
    const double low = at(claim.state_low, j), high = at(claim.state_high, j);
    // Gates are at least 0 and functions rise, so c' and h' are largest at the largest c.
    const bool kept = keeps(high, false, 1.0, high) && keeps(low, false, -1.0, -low) &&
                      keeps(high, true, 1.0, at(claim.state_high, n + j)) &&
                      keeps(low, true, -1.0, -at(claim.state_low, n + j));
    if (!kept) return "unit " + std::to_string(j) + ": the box of the states is not proved to be kept";
    int parts = 0;
    if (!claim.lean.empty() && !band_holds(gated.output, unit.output(), low, high, at(claim.lean, j),
                                           {at(claim.off_low, j), at(claim.off_high, j)}, parts)) {
      return "unit " + std::to_string(j) + ": h is not proved to stay within the band around lean c";
    }
  }
  return {};
}

}  // namespace unrecur::verify
