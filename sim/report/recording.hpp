#pragma once

#include "sim/run.hpp"

#include <map>
#include <string>
#include <vector>

namespace praetor::sim::report {

/// The data of a run that a page can show.
class recording : public observer {
public:
  struct span {
    duration from{0}, to = duration::max();
  };
  struct happened_fault : span {
    fault what;
    std::vector<std::string> nodes;
  };
  struct reign : span {
    std::string node;
    std::uint64_t term = 0;
  };
  struct sent {
    duration at{0}, arrived{0};
    std::string from, to, kind;
    std::size_t bytes = 0;
  };
  struct operation {
    std::string process, what, key, value, outcome;
    duration called{0}, returned{0};
  };

  std::vector<happened_fault> faults;
  std::map<std::string, std::vector<span>> lives; ///< by node
  std::vector<reign> reigns;
  std::vector<sent> messages;
  std::vector<operation> operations;
  std::vector<finding> findings;

  void fault_begins(duration at, const fault& f, const std::vector<std::string>& nodes) override;
  void fault_ends(duration at, const fault& f) override;
  void node_starts(duration at, const std::string& node) override;
  void node_stops(duration at, const std::string& node) override;
  void leads(duration at, const std::string& node, std::uint64_t term) override;
  void message(duration sent, duration arrived, const std::string& from, const std::string& to, std::string_view kind,
               std::size_t bytes) override;
  void operation_ends(const std::string& process, std::string_view what, const std::string& key,
                      const std::string& value, duration called, duration returned, std::string_view outcome) override;
  void found(const finding& f) override { findings.push_back(f); }

  /// Ends all open intervals.
  void close(duration at);

private:
  void end_reigns(duration at, const std::string& of);
};

/// At most `most` of the messages: rare kinds take precedence over common ones, which are thinned out evenly.
std::vector<const recording::sent*> telling_messages(const recording& all, recording::span in, std::size_t most);

} // namespace praetor::sim::report
