#pragma once

#include "sim/run.hpp"

#include <ostream>

namespace praetor::sim {

/// Writes each operation of a client as a line of JSON once it has ended, or its client stops waiting. README.md
/// describes the members.
class history_file : public observer {
public:
  /// @param to must outlive this
  explicit history_file(std::ostream& to) : to_(to) {}

  void operation_ends(const std::string& process, std::string_view what, const std::string& key,
                      const std::string& value, duration called, duration returned, std::string_view outcome) override;

private:
  std::ostream& to_;
};

} // namespace praetor::sim
