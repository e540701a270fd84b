#pragma once

namespace praetor {

/// Drops the code pages that the start has touched from the process; needed ones come back from the page cache one by
/// one. Most of an idle agent's resident memory is such code.
void release_startup_code();

} // namespace praetor
