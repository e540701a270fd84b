#include "actors/gossip_figures.hpp"

#include "actors/telemetry/telemetry.hpp"

namespace praetor {

namespace {

/// Users choose the names of events: beyond these there is only the sum of all.
constexpr std::size_t most_names = 128;

} // namespace

gossip_figures::gossip_figures(agent_view_ptr view, bool wan)
    : view_(std::move(view)), labels_{{"network", wan ? "wan" : "lan"}} {}

void gossip_figures::add(std::string_view name, double value) const {
  if (!view_) return;
  if (auto figures = view_->telemetry.load()) figures->counter(name, labels_).add(value);
}

void gossip_figures::add_times(std::string_view name, std::uint64_t& before, std::uint64_t now) const {
  for (; before < now; ++before) add(name);
}

void gossip_figures::packet_sent(std::size_t bytes) { add("memberlist.udp.sent", static_cast<double>(bytes)); }

void gossip_figures::packet_received(std::size_t bytes) { add("memberlist.udp.received", static_cast<double>(bytes)); }

void gossip_figures::stream_opened(std::size_t bytes) {
  add("memberlist.tcp.connect");
  add("memberlist.tcp.sent", static_cast<double>(bytes));
}

void gossip_figures::stream_accepted() { add("memberlist.tcp.accept"); }

void gossip_figures::refused() { add("gossip.refused"); }

void gossip_figures::round(nanoseconds took) {
  if (!view_) return;
  if (auto figures = view_->telemetry.load())
    figures->sample("memberlist.gossip", labels_).add(std::chrono::duration<double, std::milli>(took).count());
}

void gossip_figures::named(const std::string& series, const std::string& name) {
  auto whole = series + "." + name;
  if (!names_.contains(whole) && names_.size() >= most_names) return;
  add(*names_.insert(std::move(whole)).first);
}

void gossip_figures::event(const std::string& name) {
  add("serf.events");
  named("serf.events", name);
}

void gossip_figures::query(const std::string& name) {
  add("serf.queries");
  named("serf.queries", name);
}

void gossip_figures::counted(const swim::counters& now) {
  add_times("serf.member.join", before_.joins, now.joins);
  add_times("serf.member.failed", before_.failures, now.failures);
  add_times("serf.member.left", before_.leaves, now.leaves);
  add_times("serf.member.update", before_.updates, now.updates);
  add_times("serf.member.flap", before_.flaps, now.flaps);
  add_times("serf.query_acks", before_.query_acks, now.query_acks);
  add_times("serf.query_responses", before_.query_responses, now.query_responses);
  for (auto counter :
       {&swim::counters::refused_packets, &swim::counters::refused_messages, &swim::counters::refused_streams})
    add_times("gossip.refused", before_.*counter, now.*counter);
  add_times("serf.coordinate.rejected", before_.coordinate_rejections, now.coordinate_rejections);
}

} // namespace praetor
