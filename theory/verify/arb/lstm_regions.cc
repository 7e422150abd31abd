// ∂c'_j = f e_j + c f' R_f + z i' R_i + i z' R_z,   ∂h'_j = o ρ'(c') ∂c'_j + ρ(c') o' R_o, state (c, h).
#include <optional>
#include <vector>

#include "theory/verify/arb/regions.h"

namespace unrecur::verify {

JacobiansOver jacobians_of_lstm(const Gated& gated, const Claim& claim) {
  return [&gated, &claim](const Region& region) {
    const Index n = gated.n;
    const Matrix<double>& weights = *gated.recurrent;
    const RegionRanges over(gated, claim, region);
    JacobianSet set(2 * n, 10 * n);
    for (Index j = 0; j < n; ++j) {
      std::vector<Range> gates;
      for (Index g = 0; g < 4; ++g) {
        const Index row = g * n + j;
        const auto moved = claim.lean.empty() ? std::optional(over.recurrent(row, n)) : over.leaning(row);
        const auto drive = over.drive(row, true);
        if (!moved || !drive) {
          set.empty = true;
          return set;
        }
        gates.push_back(*drive + *moved);
      }
      const LstmCellOver next = cell_over(gated, gates[0], gates[1], gates[2], over.state(j));
      // c' keeps what c keeps, which is proved of the claim.
      const bool boxed = !claim.state_low.empty();
      const auto at = static_cast<std::size_t>(j);
      const Ball least = boxed ? Ball(claim.state_low[at]) : -limit(claim, j),
                 most = boxed ? Ball(claim.state_high[at]) : limit(claim, j);
      const LstmOutputOver hidden =
          output_over(gated, gates[3], {max(next.next.low, least), min(next.next.high, most)});
      const Factor cell[] = {Factor(next.own), Factor(next.by_f), Factor(next.by_i), Factor(next.by_z)};
      const Factor through(hidden.through), out(hidden.by_o);
      const Index rows[] = {0, n + j, j, 2 * n + j};  // of the weights; the first factor is that of e_j
      for (Index k = 0; k < 4; ++k) {
        const Factor& factor = cell[k];
        const Index own = k * n + j, together = (4 + k) * n + j;
        for (const Index term : {own, together}) {
          if (k == 0) set.right(j, term) = 1.0;
          if (k > 0) set_right(set, term, weights, rows[k], n);
        }
        set.left(j, own) = 1.0;
        set.left(n + j, own) = through.middle;
        set.radius[static_cast<std::size_t>(own)] = factor.radius;
        set.left(n + j, together) = 1.0;
        set.radius[static_cast<std::size_t>(together)] = factor.radius * through.radius;
        if (k == 0) set.center(j, j) = factor.middle;
        if (k > 0) add_row(set.center, j, factor.middle, weights, rows[k], n);
      }
      set.left(n + j, 8 * n + j) = 1.0;
      set.radius[static_cast<std::size_t>(8 * n + j)] = through.radius;
      for (Index k = 0; k < 2 * n; ++k) {
        set.right(k, 8 * n + j) = set.center(j, k);
        set.center(n + j, k) = through.middle * set.center(j, k);
      }
      set.left(n + j, 9 * n + j) = 1.0;
      set_right(set, 9 * n + j, weights, 3 * n + j, n);
      set.radius[static_cast<std::size_t>(9 * n + j)] = out.radius;
      add_row(set.center, n + j, out.middle, weights, 3 * n + j, n);
    }
    return set;
  };
}

}  // namespace unrecur::verify
