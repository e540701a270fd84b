#pragma once

#include <functional>
#include <string>

namespace praetor::storage {

/// Called with one sentence about something that did not stop us but that an operator should know. May be called from
/// any thread. An empty callback is allowed.
using warning_callback = std::function<void(const std::string&)>;

} // namespace praetor::storage
