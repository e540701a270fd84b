#pragma once

#include <string>

/// docs/configuration.md as derived from the rows of the keys.
std::string reference_page();
