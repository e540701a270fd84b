#include "actors/rpc/destination.hpp"

#include "protocol/config/runtime_config.hpp"

namespace praetor {

bool answers_here(const destination& to, bool is_server, const leadership_board& leader, steady_time now) {
  if (to.who == answerer::agent) return true;
  if (!is_server) return false;
  return to.who == answerer::any_server || leader.is_recent(to.max_age, now);
}

std::optional<error> unreachable(std::string_view datacenter, std::string_view own) {
  if (datacenter.empty() || datacenter == own) return {};
  return error{"No path to datacenter"};
}

bool keeps_access_records(const config::runtime_config& c) { return c.primary_datacenter == c.datacenter; }

} // namespace praetor
