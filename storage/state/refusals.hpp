#pragma once

namespace praetor::state {

// Codes of what the state refuses (error::status, apply_result::status), where a program acts on the difference. What
// clients are told is the endpoint's to say.

/// A lock or unlock names no session, or one that does not exist.
inline constexpr int unusable_session_status = 412;

} // namespace praetor::state
