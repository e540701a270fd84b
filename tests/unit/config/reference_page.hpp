#pragma once

#include <string>

/// docs/configuration.md as the rows of the keys say it.
std::string reference_page();
