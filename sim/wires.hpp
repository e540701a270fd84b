#pragma once

#include "sim/world.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace praetor::sim {

/// What ails a direction of a link. Shares are of packets, 0 to 1.
struct link_trouble {
  bool cut = false;
  duration slower{0}; ///< added to each message's way
  double loss = 0, duplicate = 0, reorder = 0;
  double bytes_a_second = 0; ///< what fits through; 0: as much as there is
};

/// The cables between machines, which carry connections and packets alike. Machines are known by their IP addresses.
class wires {
public:
  /// Whether something concerns what goes from one machine to the other.
  using where = std::function<bool(std::string_view from, std::string_view to)>;

  /// From now on links are ailing. @returns the number to mend it by
  std::uint64_t harm(where links, link_trouble how);
  void mend(std::uint64_t number);
  /// All that ails a direction together: delays and losses add up.
  link_trouble on(std::string_view from, std::string_view to) const;
  bool is_cut(std::string_view from, std::string_view to) const;
  /// Runs after each change.
  void when_changed(std::function<void()> observer) { observers_.push_back(std::move(observer)); }

private:
  void changed() const;

  std::map<std::uint64_t, std::pair<where, link_trouble>> troubles_;
  std::vector<std::function<void()>> observers_;
  std::uint64_t last_ = 0;
};

/// "10.0.0.1" of "10.0.0.1:8300".
std::string_view machine_of(std::string_view address);

} // namespace praetor::sim
