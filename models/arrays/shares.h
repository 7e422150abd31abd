#pragma once

#include <functional>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Work on arrays cut into shares that threads do side by side: as many as one large product of the calling thread may
/// use (product_threads), so that one setting says what a program takes. Within a share products stay on its thread.

/// Shares worth making of a job over `numbers` numbers that can be cut into `most`: one below some hundred thousand,
/// for which a second thread costs more than it saves.
Index worthwhile_shares(Index numbers, Index most);

/// Calls work(share, first, end) for each of `shares` shares of 0, …, count − 1, which together cover them in order.
/// One share is done by the calling thread, whose products use all threads as ever.
void in_shares(Index count, Index shares, const std::function<void(Index share, Index first, Index end)>& work);

}  // namespace unrecur
