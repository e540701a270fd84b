#include "sim/history.hpp"

#include <algorithm>

namespace praetor::sim {

std::string_view name_of(outcome o) {
  switch (o) {
  case outcome::ok: return "ok";
  case outcome::fail: return "fail";
  default: return "unknown";
  }
}

bool operation::changes() const {
  return std::any_of(steps.begin(), steps.end(), [](const step& s) { return !s.is_condition(); });
}

std::size_t history::begin(operation op) {
  all_.push_back(std::move(op));
  return all_.size() - 1;
}

} // namespace praetor::sim
