#pragma once

#include <string_view>

namespace praetor {

/// The product's own version. Clients are told the followed release instead (actors/followed_release.hpp).
inline constexpr std::string_view own_version = "0.1.0";

} // namespace praetor
