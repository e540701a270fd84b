#pragma once

#include <string_view>

namespace praetor {

/// The product's own version. What clients read is the release whose behaviour is followed
/// (actors/followed_release.hpp).
inline constexpr std::string_view own_version = "0.1.0";

} // namespace praetor
