#pragma once

#include <deque>
#include <set>

#include "tests/unit/raft/test_node.hpp"

namespace praetor::raft::test {

/// Plays an interaction script: one command in, the servers' reactions out as lines of text.
///   nodes a b c             new servers with each other as voters; `nodes a b +d`: d runs but is no member
///   give a 2/1:x 3/2 ...    entries on a's disk after the bootstrap entry, before it starts (`a term 4` sets its
///   term)
///   start a [disk]          restarts it; `crash a`; `disk` gives it an empty disk with a new UUID
///   older a 3               its disk is an older copy whose log ends at entry 3; only while it is down
///   wait 300ms              advances time without ticks
///   tick a                  a's tick
///   campaign a              advances time to a's election deadline, and ticks a
///   elect a                 `campaign a` and `deliver`, without output
///   deliver [a->b]          delivers until no message is left; with pairs only on these links
///   drop [a->b]             drops the messages in transit
///   propose a x y           commands; `barrier a`
///   members a promote d ... changes: add, promote, demote, remove, address
///   transfer a [b]          leadership; `read a 7`; `shutdown a`
///   cut a b, heal a b       breaks or restores the connection between both
///   disk a slow|fast, sync a, fail a, stall a
///   snapshot a [keep]       a takes a snapshot and compacts its log (unless keep)
///   install a manual        snapshots wait; `installed a`
///   show a ...              role, term, log, commit and lease
class script {
public:
  std::string run(const std::string& command);

private:
  using words = std::vector<std::string>;
  test_node& node(const std::string& id);
  void add_node(const std::string& id, bool member, const configuration& members);
  void create(const words& args);
  void give(const words& args);
  void start(const words& args);
  void deliver(const words& links);
  void drop(const words& links);
  void change_members(const words& args);
  void propose(const words& args);
  void disk(const words& args);
  void snapshot(const words& args);
  void show(const words& args);
  void connect(const words& args, bool up);
  void campaign(const std::string& id);
  void pump();
  void say(const std::string& line) { said_ += line + "\n"; }
  template <class Value>
  void report(const result<Value>& answer) {
    if (!answer) say(std::string("refused: ") + to_string(answer.error()));
  }

  time_point now_ = at(std::chrono::seconds(0));
  std::map<std::string, std::unique_ptr<test_node>> nodes_;
  std::deque<message> on_the_way_;
  std::string said_;
  std::int64_t wall_ = 1000;
};

} // namespace praetor::raft::test
