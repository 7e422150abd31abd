#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports {

/// Place in the palette of a variant among those that are drawn together: the unconstrained one vermilion, the first
/// stable one blue, further ones in the palette's order.
int variant_colour(const std::vector<const Variant*>& variants, const Variant& variant);

/// A figure over the epochs of training, in which thin lines are single seeds and strong ones their mean: no curves
/// yet.
Figure epoch_figure(const std::string& id, const std::string& title, const std::string& caption);

/// Adds a series of all variants that have it, a family per variant. Where several series share a figure, `of` tells
/// them apart in the legend ("validation"), and `colour` is the place in the palette of the first variant, or 0 for
/// variant_colour.
void add_epoch_curves(Figure& figure, const std::vector<const Variant*>& variants, const std::string& series,
                      const std::string& of = {}, int colour = 0);

/// The variants by cell, in their order.
std::vector<std::vector<const Variant*>> by_cell(const std::vector<const Variant*>& variants);

/// Validation measure of a task's variants after each epoch, and the rate proved of the stable ones: a figure for every
/// cell. Ids begin with the experiment's name.
std::vector<Figure> learning_figures(const std::string& experiment, const std::vector<const Variant*>& variants);

/// The validation measure of a task's variants of all cells in one figure, for models that race each other. At least
/// one variant.
std::vector<Figure> race_figures(const std::string& experiment, const std::vector<const Variant*>& variants);

/// Loss on the training part over the epochs, likewise.
std::vector<Figure> training_figures(const std::string& experiment, const std::vector<const Variant*>& variants);

}  // namespace unrecur::reports
