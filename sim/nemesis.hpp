#pragma once

#include "sim/clients.hpp"
#include "sim/cluster.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace praetor::sim {

/// Carries out a schedule of faults on a cluster, and mends each when its time is over.
class nemesis {
public:
  /// @param lab is told what clients have to reckon with
  nemesis(cluster& victims, laboratory& lab);

  void plan(const fault_schedule& faults);
  /// Begins nothing more, and mends all there is.
  void stop();

private:
  using victims = std::vector<node*>;
  /// What is there now, by number.
  struct active_fault {
    fault what;
    std::vector<std::function<void()>> mending;
    bool over = false;
  };
  using active = std::shared_ptr<active_fault>;

  void begin_fault(const fault& f);
  void end_fault(const active& a);
  victims resolve(const fault& f);
  node* pick(const std::string& role, const victims& taken);
  void act(const active& a, const victims& who);

  // Processes and machines.
  void stop(const active& a, node& n, bool silently);
  void lose_disk(const active& a, node& n);
  void bring_old_disk(const active& a, node& n);
  void pause(const active& a, node& n);
  void restart_one_by_one(const active& a, victims who);
  void kill_before_reply(const active& a, node& n);
  void kill_before_apply(const active& a, node& n);
  void watch_for_commit();
  void kill_new_leader(const active& a);
  void watch_for_leader();
  void destroy(node& n);
  // Clocks.
  void jump_clock(const active& a, node& n);
  void drift_clock(const active& a, node& n);
  // Links.
  void harm(const active& a, wires::where links, link_trouble how);
  void isolate(const active& a, const victims& who);
  void harm_links(const active& a, const victims& who, link_trouble how);
  void ring(const active& a, victims who);
  void bridge(const active& a, const victims& who);
  void swizzle(const active& a, const victims& who);
  void flap(const active& a, const victims& who);
  void reset(const active& a, const victims& who);
  // Disks.
  void ail(const active& a, node& n);
  void flip_bit(const active& a, node& n);
  void put_in_new_disk(node& n);
  // Membership.
  void add_server();
  void remove_server(const active& a, node& n);

  /// Runs `action` after that long if the fault is still there.
  void later(const active& a, duration wait, std::function<void()> action);
  void note_clocks();
  victims everyone_if_none(const victims& who) const;

  cluster& victims_;
  laboratory& lab_;
  sim::world& world_;
  std::vector<active> active_;
  bool open_ = true;
  std::map<const fault*, std::map<node*, disk::image>> images_; ///< for old_disk
  fault_schedule plan_;
  struct armed {
    active a;
    node* n = nullptr;
  };
  std::vector<armed> armed_; ///< waits for a commit of the leader
  struct coming_leader {
    active a;
    std::uint64_t term = 0;  ///< of the newest leader so far; its own once it is there
    node* n = nullptr;       ///< null: it is not there yet
    std::uint64_t links = 0; ///< the number to mend its links by
  };
  std::vector<coming_leader> coming_;
};

} // namespace praetor::sim
