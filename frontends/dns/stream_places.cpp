#include "frontends/dns/stream_places.hpp"

#include <algorithm>

namespace praetor::dns {

stream_places::stream_places(stream_limits limits) : limits_(std::move(limits)) {}

stream_places::place::place(std::shared_ptr<stream_places> of, std::string address)
    : of_(std::move(of)), address_(std::move(address)) {
  ++of_->taken_;
  ++of_->by_address_[address_];
}

stream_places::place::~place() {
  --of_->taken_;
  auto it = of_->by_address_.find(address_);
  if (--it->second == 0) of_->by_address_.erase(it);
}

std::unique_ptr<stream_places::place> stream_places::take(const std::string& address) {
  if (limits_.most_in_total > 0 && taken_ >= limits_.most_in_total) {
    complain({},
             "refused a TCP connection from " + address + ": there are as many as this process has descriptors for");
    return nullptr;
  }
  auto it = by_address_.find(address);
  if (limits_.most_per_address > 0 && it != by_address_.end() && it->second >= limits_.most_per_address) {
    complain(address, "refused a TCP connection from " + address + ": it has " + std::to_string(it->second) +
                          " already, as many as one address may have");
    return nullptr;
  }
  return std::make_unique<place>(shared_from_this(), address);
}

std::chrono::milliseconds stream_places::patience(bool first) const {
  auto usual = first ? limits_.first_time : limits_.idle_time;
  bool crowded = limits_.most_in_total > 0 && taken_ > limits_.most_in_total / 2;
  return crowded ? std::min(usual, limits_.crowded_time) : usual;
}

void stream_places::complain(const std::string& address, const std::string& text) {
  if (limits_.warn && complaints_.admits(address, text, std::chrono::steady_clock::now())) limits_.warn(text);
}

} // namespace praetor::dns
