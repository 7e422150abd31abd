#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* mnist_words = R"(
An image of 784 pixels is read one by one, in rows (`smnist`) or in one random order (`pmnist`); the digit is due at
the last.
)";

SectionContent render_mnist(const SectionInput& input) {
  return rivals::render_race(input, mnist_words, {});
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section mnist;
const reports::Section mnist = {"mnist", "Digits pixel by pixel", 23, reports::render_mnist};

}  // namespace unrecur::registry::sections
