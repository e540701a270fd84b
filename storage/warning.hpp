#pragma once

#include <functional>
#include <string>

namespace praetor::storage {

/// Receives a sentence about a non-fatal condition that an operator should know. Thread-safe. May be empty.
using warning_callback = std::function<void(const std::string&)>;

} // namespace praetor::storage
