#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::cost {

/// A decoder of untrusted input.
struct decoder {
  std::string name;
  std::function<void(std::string_view)> run;
};

const std::vector<decoder>& decoders();

} // namespace praetor::cost
