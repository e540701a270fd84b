#pragma once

#include "frontends/endpoints/exchange.hpp"

namespace praetor::endpoints {

/// The answer to a path that has to be written otherwise: 301 to `location`, with a page for those who look.
answer redirect_answer(std::string_view method, std::string_view location);

} // namespace praetor::endpoints
