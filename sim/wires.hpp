#pragma once

#include "sim/world.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace praetor::sim {

/// The faults of one direction of a link. Shares are of packets, 0 to 1.
struct link_trouble {
  bool cut = false;
  duration slower{0}; ///< added to each message's delay
  double loss = 0, duplicate = 0, reorder = 0;
  double bytes_a_second = 0; ///< bandwidth; 0: unlimited
};

/// The links between hosts, for connections and packets alike. Machines are identified by IP addresses.
class wires {
public:
  /// Whether a fault affects the direction between two hosts.
  using where = std::function<bool(std::string_view from, std::string_view to)>;

  /// Degrades links. @returns the number for repairing them
  std::uint64_t harm(where links, link_trouble how);
  void mend(std::uint64_t number);
  /// The combined faults of a direction: delays and losses add up.
  link_trouble on(std::string_view from, std::string_view to) const;
  bool is_cut(std::string_view from, std::string_view to) const;
  /// Called after each change.
  void when_changed(std::function<void()> observer) { observers_.push_back(std::move(observer)); }

private:
  void changed() const;

  std::map<std::uint64_t, std::pair<where, link_trouble>> troubles_;
  std::vector<std::function<void()>> observers_;
  std::uint64_t last_ = 0;
};

/// "10.0.0.1" of "10.0.0.1:8300".
std::string_view host_of(std::string_view address);

} // namespace praetor::sim
