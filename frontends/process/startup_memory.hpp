#pragma once

namespace praetor {

/// Takes the pages of program and library code that the start has touched out of the process; those that are needed
/// again come back from the page cache one by one. Most of an idle agent's resident memory is such code.
void release_startup_code();

} // namespace praetor
