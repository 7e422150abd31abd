#pragma once

#include "theory/certificates/input_set.h"
#include "theory/orbits/orbit_finder.h"

namespace unrecur {

/// Parts of the search for orbits of large radius (orbit_search.h): they add what they find to `found`, and end,
/// with true, where one refutes. `climbs` and `words` are tries that are made in any case; with options.seconds there
/// are more, unless there are none.

/// Uphill over the inputs of a box, from the best orbit of that period that was found and from random ones, until one
/// refutes. Every third climb keeps to a part of the box: where gates shut at its ends, the radius tends to 1 there
/// from below, and what lies behind is not seen. Nothing for sets that are no box.
bool climb_orbits(Orbits& found, const Cell<double>& cell, const InputSet& inputs, Index period, int climbs,
                  const OrbitSearchOptions& options);

/// Orbits under words of a finite set of inputs: letters of random words are exchanged as long as the radius grows.
/// Newton's method starts near where runs end, and, of words of several letters, every other time where they are after
/// some rounds, from where it finds orbits that runs leave. Nothing for other sets.
bool spell_orbits(Orbits& found, const Cell<double>& cell, const InputSet& inputs, Index shortest, Index longest,
                  int words, const OrbitSearchOptions& options);

}  // namespace unrecur
