#include "actors/telemetry/name_filter.hpp"

namespace praetor::metrics {

bool name_filter::allows(std::string_view full_name) const {
  bool verdict = otherwise, matched = false;
  std::size_t longest = 0;
  auto apply = [&](const string_list& rules, bool says) {
    for (const auto& prefix : rules) {
      if (!full_name.starts_with(prefix) || (matched && prefix.size() < longest)) continue;
      matched = true;
      longest = prefix.size();
      verdict = says;
    }
  };
  apply(allowed, true);
  apply(blocked, false); // last: of two rules for one prefix, blocking wins
  return verdict;
}

} // namespace praetor::metrics
