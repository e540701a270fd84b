#pragma once

#include "protocol/config/runtime_config.hpp"
#include "sim/report/recording.hpp"
#include "sim/run.hpp"

#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// What a user wants to try.
struct trial_options {
  std::shared_ptr<const config::runtime_config> configuration; ///< its times are taken over
  unsigned servers = 3, agents = 0;
  double faults_a_minute = 2;
  unsigned requests_a_second = 16; ///< of all clients together; fewer where answers take long
  duration length = std::chrono::minutes(10);
};

/// The cluster of the trial, with light traffic and machines and links that fail for some seconds or half a minute.
scenario make_trial(const trial_options& options);

/// What operators ask about a configuration.
struct trial_report {
  struct traffic {
    std::uint64_t messages = 0, bytes = 0, packets = 0, packet_bytes = 0;
  };
  unsigned elections = 0; ///< won after the first
  unsigned outages = 0;   ///< times of more than half a second in which no write was acknowledged
  duration unavailable{0}, longest_outage{0};
  unsigned failures = 0, noticed = 0; ///< nodes that were down or cut off for good reason, and how many others said so
  duration noticed_after{0};          ///< the median over the failures that were noticed
  duration noticed_latest{0};
  std::map<std::string, traffic> nodes; ///< what each sent
};

/// Collects what the report needs while the trial runs.
class trial_observer final : public report::recording {
public:
  void message(duration sent, duration arrived, const std::string& from, const std::string& to, std::string_view kind,
               std::size_t bytes) override;
  void logs(duration at, const std::string& node, std::string_view line) override;
  /// @param length the trial's own; what the closing checks do to the cluster after it does not count
  trial_report report(duration length) const;

private:
  struct sight {
    duration at{0};
    std::string member;
  };
  std::map<std::string, trial_report::traffic> traffic_;
  std::vector<sight> failures_seen_;
};

/// The times that a trial takes over from a configuration, by their names in files: "performance.raft_multiplier".
std::vector<std::pair<std::string, std::string>> times_of(const config::runtime_config& from);

} // namespace praetor::sim
