#pragma once

#include <string_view>

namespace praetor {

/// The version of the release whose behaviour is followed, where clients read one.
inline constexpr std::string_view followed_release = "1.19.2";

} // namespace praetor
