#pragma once

#include <algorithm>
#include <functional>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Work on arrays cut into shares that threads do side by side: as many as one large product of the calling thread may
/// use (product_threads), so that one setting says what a program takes. Within a share products stay on its thread.

/// Shares worth making of a job over `numbers` numbers that can be cut into `most`: one for each thread, or one alone
/// below some hundred thousand, for which a second thread costs more than it saves.
Index worthwhile_shares(Index numbers, Index most);

/// Calls work(share, first, end) for each of `shares` shares of 0, …, count − 1, which together cover them in order.
/// One share is done by the calling thread, whose products use all threads as ever. Where there are more than threads,
/// who is ready takes the next.
void in_shares(Index count, Index shares, const std::function<void(Index share, Index first, Index end)>& work);

/// Calls visit(first, count) for parts of the columns first, …, end − 1 that stay in a core's cache while several
/// things are done to them.
template <class Visit>
void for_each_part(Index first, Index end, const Visit& visit) {
  constexpr Index kColumns = 32;
  for (; first < end; first += kColumns) visit(first, std::min(kColumns, end - first));
}

/// The same for all columns of an array of so many rows and columns, shared by threads where that is worth it.
template <class Visit>
void for_each_part_shared(Index rows, Index columns, const Visit& visit) {
  in_shares(columns, worthwhile_shares(rows * columns, columns),
            [&](Index, Index first, Index end) { for_each_part(first, end, visit); });
}

}  // namespace unrecur
