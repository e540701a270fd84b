#pragma once

namespace praetor {

/// Deliberate bugs stand beside the code that they break, each under its name: tests/sim/mutations lists them, and the
/// simulator has to find every one. They exist in builds with PRAETOR_MUTATIONS alone, where the environment variable
/// PRAETOR_MUTATION chooses one; everywhere else asking costs nothing.
#ifdef PRAETOR_MUTATIONS
bool mutated(const char* name);
#else
constexpr bool mutated(const char*) { return false; }
#endif

} // namespace praetor
