#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "base/errors.h"
#include "models/cells/cap_attribute.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"
#include "models/layers/scan/scan_cell.h"

namespace unrecur {

// What the kinds that are a scan (models/layers/scan/scan_cell.h) read alike.

/// The attribute `window`, a whole number from 1 to 1e6.
inline Index scan_window(AttributeReader& read, double fallback) {
  const double window = read.number("window", fallback);
  if (window >= 1.0 && window <= 1e6 && window == std::floor(window)) return static_cast<Index>(window);
  throw UsageError("attribute window: expected a whole number from 1 to 1000000, found " + decimal(window));
}

/// The attribute of that name, tanh or identity.
inline Activation scan_activation(AttributeReader& read, const char* name, Activation fallback) {
  const Activation activation = activation_named(read.text(name, name_of(fallback)));
  if (activation == Activation::tanh || activation == Activation::identity) return activation;
  throw UsageError("attribute " + std::string(name) + ": expected tanh or identity, found " + name_of(activation));
}

/// The attributes that all of them have.
inline Attributes scan_attributes(const ScanOptions& options) {
  return {{"window", std::to_string(options.window)}, {"cap", decimal(options.cap)}};
}

/// CellType::inputs_read of a kind whose window is `fallback` where nothing says so.
inline Index scan_inputs_read(std::string_view kind, const Attributes& attributes, double fallback) {
  AttributeReader read(kind, attributes);
  return scan_window(read, fallback);
}

}  // namespace unrecur
