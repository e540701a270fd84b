#pragma once

#include <string_view>

namespace praetor {

/// The Consul release whose behaviour Praetor follows, reported where clients read a version.
inline constexpr std::string_view followed_release = "1.19.2";

} // namespace praetor
