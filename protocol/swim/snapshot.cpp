#include "protocol/swim/snapshot.hpp"

#include "protocol/base/randomness.hpp"

#include <algorithm>
#include <charconv>

namespace praetor::swim {

namespace {

constexpr std::size_t smallest_outgrown = 128 * 1024;
constexpr std::size_t bytes_per_node = 2 * 128;

/// The rest of `line` after `key`, or nothing.
bool take_key(std::string_view line, std::string_view key, std::string_view& rest) {
  if (line.substr(0, key.size()) != key) return false;
  rest = line.substr(key.size());
  return true;
}

bool read_time(std::string_view digits, lamport_time& into) {
  lamport_time value = 0;
  auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc{} || stop != digits.data() + digits.size() || digits.empty()) return false;
  into = value;
  return true;
}

} // namespace

bool rejoin_snapshot::add(std::string_view line) {
  size_ += line.size() + 1;
  std::string_view rest;
  if (take_key(line, "alive: ", rest)) {
    auto space = rest.rfind(' '); // names may contain spaces, addresses can't
    if (space == std::string_view::npos || space == 0 || space + 1 == rest.size()) return false;
    alive_[std::string(rest.substr(0, space))] = rest.substr(space + 1);
    return true;
  }
  if (take_key(line, "not-alive: ", rest)) return alive_.erase(std::string(rest)), true;
  if (take_key(line, "clock: ", rest)) return read_time(rest, clocks_.member);
  if (take_key(line, "event-clock: ", rest)) return read_time(rest, clocks_.event);
  if (take_key(line, "query-clock: ", rest)) return read_time(rest, clocks_.query);
  if (line == "leave") {
    if (!rejoin_after_leave_) forget();
    return true;
  }
  return false;
}

void rejoin_snapshot::forget() {
  alive_.clear();
  clocks_ = {};
}

rejoin_snapshot rejoin_snapshot::parse(std::string_view file, bool rejoin_after_leave) {
  rejoin_snapshot result;
  result.rejoin_after_leave_ = rejoin_after_leave;
  for (std::size_t at = 0; at < file.size();) {
    auto stop = file.find('\n', at);
    if (stop == std::string_view::npos) break; // truncated by a crash: a number may be incomplete
    result.add(file.substr(at, stop - at));
    at = stop + 1;
  }
  result.size_ = file.size();
  return result;
}

std::vector<previous_node> rejoin_snapshot::previous(const std::string& own_name, std::mt19937_64& random) const {
  std::vector<previous_node> result;
  for (const auto& [name, address] : alive_)
    if (name != own_name) result.push_back({name, address});
  shuffle(result, random);
  return result;
}

bool rejoin_snapshot::outgrown() const { return size_ > std::max(smallest_outgrown, bytes_per_node * alive_.size()); }

std::string rejoin_snapshot::compacted() {
  std::string file;
  for (const auto& [name, address] : alive_) file += "alive: " + name + " " + address + "\n";
  file += "clock: " + std::to_string(clocks_.member) + "\n";
  file += "event-clock: " + std::to_string(clocks_.event) + "\n";
  file += "query-clock: " + std::to_string(clocks_.query) + "\n";
  size_ = file.size();
  return file;
}

} // namespace praetor::swim
