#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace praetor::metrics {

// One interval as `agent/metrics` shows it.

struct reported_gauge {
  std::string name;
  double value = 0;
  string_map labels;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Value"}, x.value);
    f(field{"Labels"}, x.labels);
  }
};

struct reported_point {
  std::string name;
  std::vector<double> points;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Points"}, x.points);
  }
};

/// A counter or a sample.
struct reported_meter {
  std::string name;
  std::uint64_t count = 0;
  double rate = 0, sum = 0, min = 0, max = 0, mean = 0, stddev = 0; ///< `rate`: the sum per second
  string_map labels;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Count"}, x.count);
    f(field{"Rate"}, x.rate);
    f(field{"Sum"}, x.sum);
    f(field{"Min"}, x.min);
    f(field{"Max"}, x.max);
    f(field{"Mean"}, x.mean);
    f(field{"Stddev"}, x.stddev);
    f(field{"Labels"}, x.labels);
  }
};

struct interval_report {
  std::string timestamp; ///< the start of the interval: "2006-01-02 15:04:05 +0000 UTC"
  std::vector<reported_gauge> gauges;
  std::vector<reported_point> points; ///< always empty; clients expect the member
  std::vector<reported_meter> counters, samples;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Timestamp"}, x.timestamp);
    f(field{"Gauges"}, x.gauges);
    f(field{"Points"}, x.points);
    f(field{"Counters"}, x.counters);
    f(field{"Samples"}, x.samples);
  }
};

} // namespace praetor::metrics
