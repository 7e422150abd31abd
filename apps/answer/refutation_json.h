#pragma once

#include <nlohmann/json.hpp>

#include "theory/check/layer_report.h"

namespace unrecur {

/// The witness of a refuted verdict, for check --json; null where nothing is refuted.
///
///     {"method", "rate", "claim", "orbit": null | {"period", "inputs": [[…], …], "states": [[…], …], "within"},
///      "bistable": null | {"input": […], "states": [[…], […]], "apart"}}
///
/// Inputs and states are one list for each step of the orbit; an exact orbit lies within `within` of every entry of the
/// states. Numbers are shortest decimals that read back as the same doubles.
nlohmann::json refutation_json(const LayerReport& report);

}  // namespace unrecur
