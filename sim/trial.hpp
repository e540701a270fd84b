#pragma once

#include "protocol/config/runtime_config.hpp"
#include "sim/report/recording.hpp"
#include "sim/run.hpp"

#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// The parameters of a trial.
struct trial_options {
  std::shared_ptr<const config::runtime_config> configuration; ///< the source of times
  unsigned servers = 3, agents = 0;
  double faults_a_minute = 2;
  unsigned requests_a_second = 16; ///< of all clients together; fewer if answers are slow
  duration length = std::chrono::minutes(10);
};

/// The trial's cluster, with light traffic, and with hosts and links that fail for some seconds up to half a minute.
scenario make_trial(const trial_options& options);

/// What operators want to know about a configuration.
struct trial_report {
  struct traffic {
    std::uint64_t messages = 0, bytes = 0, packets = 0, packet_bytes = 0;
  };
  unsigned elections = 0; ///< won after the first
  unsigned outages = 0;   ///< periods of more than half a second without an acknowledged write
  duration unavailable{0}, longest_outage{0};
  unsigned failures = 0, noticed = 0; ///< nodes that were really down or cut off, and how many of these failures were
                                      ///< noticed
  duration noticed_after{0};          ///< the median over the noticed failures
  duration noticed_latest{0};
  std::map<std::string, traffic> nodes; ///< the traffic sent by each
};

/// Collects the data of the report during the trial.
class trial_observer final : public report::recording {
public:
  void message(duration sent, duration arrived, const std::string& from, const std::string& to, std::string_view kind,
               std::size_t bytes) override;
  void logs(duration at, const std::string& node, std::string_view line) override;
  /// @param length the trial's own; the effects of the closing checks after it do not count
  trial_report report(duration length) const;

private:
  struct sight {
    duration at{0};
    std::string member;
  };
  std::map<std::string, trial_report::traffic> traffic_;
  std::vector<sight> failures_seen_;
};

/// The times that a trial takes from a configuration, by their configuration keys: "performance.raft_multiplier".
std::vector<std::pair<std::string, std::string>> times_of(const config::runtime_config& from);

} // namespace praetor::sim
