#include "actors/telemetry/prometheus_sink.hpp"

#include "actors/telemetry/aggregate.hpp"
#include "actors/telemetry/quantile_window.hpp"
#include "actors/telemetry/shards.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace praetor::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

const std::vector<double> shown_quantiles{0.5, 0.9, 0.99};
/// The number of values that a shard buffers before adding them to the quantiles.
constexpr std::size_t most_pending = 256;

std::string prometheus_name(std::string_view name) {
  std::string out(name);
  for (auto& c : out)
    if (std::string_view(" .=-/").find(c) != std::string_view::npos) c = '_';
  return out;
}

MetricType type_of(kind what) {
  switch (what) {
  case kind::gauge: return MetricType::Gauge;
  case kind::counter: return MetricType::Counter;
  case kind::sample: return MetricType::Summary;
  }
  return MetricType::Untyped;
}

void fill_summary(ClientMetric& out, const aggregate& total, const std::vector<double>& values) {
  out.summary.sample_count = total.count;
  out.summary.sample_sum = total.sum;
  for (std::size_t i = 0; i < shown_quantiles.size(); ++i)
    out.summary.quantile.push_back({shown_quantiles[i], values[i]});
}

/// What a metric shows before its first value.
ClientMetric blank(kind what) {
  ClientMetric out;
  if (what == kind::sample)
    fill_summary(out, {}, std::vector(shown_quantiles.size(), std::numeric_limits<double>::quiet_NaN()));
  return out;
}

} // namespace

class prometheus_sink::entry : public recorder {
public:
  explicit entry(const series_id& id) : id_(id) {}

  const series_id& id() const { return id_; }
  /// The interval of the last value.
  virtual std::optional<std::int64_t> last_written() = 0;
  virtual void show(ClientMetric& out, std::int64_t running) = 0;

private:
  const series_id& id_;
};

class prometheus_sink::gauge_entry final : public entry {
public:
  using entry::entry;

  void record(double value, std::int64_t interval) override {
    std::lock_guard lock(guard_);
    newest_ = {interval, value};
  }
  std::optional<std::int64_t> last_written() override {
    std::lock_guard lock(guard_);
    if (!newest_) return {};
    return newest_->first;
  }
  void show(ClientMetric& out, std::int64_t) override {
    std::lock_guard lock(guard_);
    out.gauge.value = newest_ ? newest_->second : 0;
  }

private:
  std::mutex guard_;
  std::optional<std::pair<std::int64_t, double>> newest_; ///< interval and value
};

class prometheus_sink::sum_entry final : public entry {
public:
  sum_entry(const series_id& id, std::int64_t retention) : entry(id), quantiles_(retention) {}

  void record(double value, std::int64_t interval) override {
    parts_.write([&](part& p) {
      p.total.add(value);
      p.newest = interval;
      if (id().what != kind::sample) return;
      p.pending.push_back(value);
      if (p.pending.size() >= most_pending) count_pending(p);
    });
  }
  std::optional<std::int64_t> last_written() override {
    std::int64_t newest = -1;
    parts_.for_each([&](const part& p) { newest = std::max(newest, p.newest); });
    if (newest < 0) return {};
    return newest;
  }
  void show(ClientMetric& out, std::int64_t running) override {
    aggregate total;
    parts_.for_each([&](part& p) {
      total.merge(p.total);
      count_pending(p);
    });
    if (id().what == kind::counter)
      out.counter.value = total.sum;
    else
      fill_summary(out, total, quantiles(running));
  }

private:
  struct part {
    aggregate total;
    std::int64_t newest = -1;    ///< the last interval with a value
    std::vector<double> pending; ///< not yet added to the quantiles
  };

  void count_pending(part& p) {
    if (p.pending.empty()) return;
    std::lock_guard lock(quantiles_guard_);
    quantiles_.add(p.pending, p.newest);
    p.pending.clear();
  }
  std::vector<double> quantiles(std::int64_t running) {
    std::vector<double> out;
    std::lock_guard lock(quantiles_guard_);
    for (auto q : shown_quantiles) out.push_back(quantiles_.quantile(q, running));
    return out;
  }

  shards<part> parts_;
  std::mutex quantiles_guard_; ///< acquired while a shard's guard is held
  quantile_window quantiles_;
};

/// The metric families of one text, by name.
class prometheus_sink::families {
public:
  MetricFamily& of(kind what, const std::string& name, const std::string& help) {
    auto& f = by_name_[name];
    if (!f.name.empty()) return f;
    f.name = name;
    f.help = help.empty() ? name : help;
    f.type = type_of(what);
    return f;
  }
  /// Adds a series to its family, replacing the blank one if it has no labels.
  static void put(MetricFamily& f, ClientMetric m) {
    if (m.label.empty() && !f.metric.empty() && f.metric.front().label.empty())
      f.metric.front() = std::move(m);
    else
      f.metric.push_back(std::move(m));
  }
  std::string text() {
    std::vector<MetricFamily> all;
    for (auto& [name, f] : by_name_) all.push_back(std::move(f));
    return prometheus::TextSerializer().Serialize(all);
  }

private:
  std::map<std::string, MetricFamily> by_name_;
};

prometheus_sink::prometheus_sink(std::string prefix, std::int64_t retention)
    : prefix_(std::move(prefix)), retention_(retention) {}

prometheus_sink::~prometheus_sink() = default;

void prometheus_sink::declare(const metric& m) {
  std::unique_lock lock(guard_);
  descriptions_.insert_or_assign(std::string(m.name), description{m.what, std::string(m.help)});
}

recorder& prometheus_sink::open(const series_id& id) {
  std::unique_ptr<entry> made;
  if (id.what == kind::gauge)
    made = std::make_unique<gauge_entry>(id);
  else
    made = std::make_unique<sum_entry>(id, retention_);
  std::unique_lock lock(guard_);
  return *entries_.try_emplace(id.key, std::move(made)).first->second;
}

const prometheus_sink::description* prometheus_sink::described(const std::string& short_name) const {
  auto it = descriptions_.find(short_name);
  return it == descriptions_.end() ? nullptr : &it->second;
}

bool prometheus_sink::shows(entry& e, std::int64_t running) const {
  const auto& id = e.id();
  auto written = e.last_written();
  if (!written || !id.allowed.load(std::memory_order_relaxed)) return false;
  bool stays = id.labels.empty() && described(id.short_name);
  return stays || running - *written <= retention_;
}

std::string prometheus_sink::text(std::int64_t running) const {
  families all;
  std::shared_lock lock(guard_);
  for (const auto& [name, d] : descriptions_) {
    // Without the host name: nothing has been measured on this host yet.
    auto full = prefix_.empty() ? name : prefix_ + '.' + name;
    all.of(d.what, prometheus_name(full), d.help).metric.push_back(blank(d.what));
  }
  for (const auto& [key, e] : entries_) {
    if (!shows(*e, running)) continue;
    const auto& id = e->id();
    const auto* d = described(id.short_name);
    auto& f = all.of(id.what, prometheus_name(id.name), d ? d->help : "");
    if (f.type != type_of(id.what)) continue; // a family has one type
    ClientMetric m;
    for (const auto& [label, value] : id.labels) m.label.push_back({prometheus_name(label), value});
    e->show(m, running);
    families::put(f, std::move(m));
  }
  return all.text();
}

} // namespace praetor::metrics
