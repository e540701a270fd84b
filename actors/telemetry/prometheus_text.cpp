#include "actors/telemetry/entry.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace praetor::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

const std::vector<double> shown_quantiles{0.5, 0.9, 0.99};

std::string prometheus_name(std::string_view name) {
  std::string out(name);
  for (auto& c : out)
    if (std::string_view(" .=-/").find(c) != std::string_view::npos) c = '_';
  return out;
}

MetricType type_of(telemetry::kind what) {
  switch (what) {
  case telemetry::kind::gauge: return MetricType::Gauge;
  case telemetry::kind::counter: return MetricType::Counter;
  case telemetry::kind::sample: return MetricType::Summary;
  }
  return MetricType::Untyped;
}

void fill_summary(ClientMetric& out, const aggregate& total, const std::vector<double>& values) {
  out.summary.sample_count = total.count;
  out.summary.sample_sum = total.sum;
  for (std::size_t i = 0; i < shown_quantiles.size(); ++i)
    out.summary.quantile.push_back({shown_quantiles[i], values[i]});
}

/// What a metric shows before it was ever written.
ClientMetric blank(telemetry::kind what) {
  ClientMetric out;
  if (what == telemetry::kind::sample)
    fill_summary(out, {}, std::vector(shown_quantiles.size(), std::numeric_limits<double>::quiet_NaN()));
  return out;
}

} // namespace

std::string telemetry::prometheus_text() const {
  std::map<std::string, MetricFamily> families;
  auto family = [&](kind what, const std::string& name, const std::string& help) -> MetricFamily& {
    auto& f = families[name];
    if (!f.name.empty()) return f;
    f.name = name;
    f.help = help.empty() ? name : help;
    f.type = type_of(what);
    return f;
  };
  auto running = board_.current.load(std::memory_order_relaxed);
  std::shared_lock lock(guard_);
  for (const auto& [name, d] : descriptions_) {
    // Without the host name, because nobody has measured anything on this host yet.
    auto full = settings_.prefix.empty() ? name : settings_.prefix + '.' + name;
    family(d.what, prometheus_name(full), d.help).metric.push_back(blank(d.what));
  }
  for (const auto& [key, e] : entries_) {
    auto written = e->last_written();
    auto described = descriptions_.find(e->short_name);
    bool stays = described != descriptions_.end() && e->labels.empty();
    if (!written || !e->allowed() || (!stays && running - *written > board_.quantile_intervals)) continue;
    auto& f = family(e->what, prometheus_name(e->name), described == descriptions_.end() ? "" : described->second.help);
    if (f.type != type_of(e->what)) continue; // one name, one type
    ClientMetric m;
    for (const auto& [label, value] : e->labels) m.label.push_back({prometheus_name(label), value});
    if (e->what == kind::gauge)
      m.gauge.value = e->as_gauge->value();
    else if (e->what == kind::counter)
      m.counter.value = e->as_meter->total().sum;
    else
      fill_summary(m, e->as_meter->total(), e->as_meter->quantiles(shown_quantiles));
    if (m.label.empty() && !f.metric.empty() && f.metric.front().label.empty())
      f.metric.front() = std::move(m); // in place of the blank one
    else
      f.metric.push_back(std::move(m));
  }
  std::vector<MetricFamily> all;
  for (auto& [name, f] : families) all.push_back(std::move(f));
  return prometheus::TextSerializer().Serialize(all);
}

} // namespace praetor::metrics
