#pragma once

#include "sim/history.hpp"

namespace praetor::sim {

// Handwritten histories. Times in milliseconds.

inline duration at(int ms) { return std::chrono::milliseconds(ms); }

inline operation with(std::vector<step> steps, int from, int to) {
  operation op;
  op.steps = std::move(steps);
  op.ended = outcome::ok;
  op.begin = at(from);
  op.end = at(to);
  return op;
}
inline step is(const char* name, const char* value) { return {step::kind::one_of, name, {value}}; }
inline step put(const char* name, const char* value) { return {step::kind::set, name, {value}}; }

/// Of the register "x".
inline operation wrote(const char* value, int from, int to) { return with({put("x", value)}, from, to); }
inline operation read(const char* value, int from, int to) { return with({is("x", value)}, from, to); }
inline operation compared(const char* expected, const char* value, bool applied, int from, int to) {
  auto op = with({is("x", expected), put("x", value)}, from, to);
  op.refused = !applied;
  return op;
}
/// It is unknown whether it happened or will happen.
inline operation lost(operation op) {
  op.ended = outcome::unknown;
  op.end = duration::max();
  return op;
}

} // namespace praetor::sim
