#pragma once

#include "actors/telemetry/aggregate.hpp"
#include "actors/telemetry/quantile_window.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace praetor::metrics {

/// Intervals that a series remembers: a minute of complete ones and the running one.
inline constexpr std::size_t kept_intervals = 7;

/// What all series of an agent look at when they are written.
struct interval_board {
  std::atomic<std::int64_t> current; ///< number of the running interval, counted from 1970
  std::int64_t quantile_intervals;   ///< for how long values count in quantiles; zero when nobody asks for them
};

/// A value that goes up and down.
class gauge {
public:
  explicit gauge(const interval_board& board) : board_(board) {}

  /// Any thread.
  void set(double value);
  /// The last value that was set in an interval.
  std::optional<double> at(std::int64_t interval) const;
  /// The last value of all.
  double value() const;
  /// The interval of the last `set`.
  std::optional<std::int64_t> last_written() const;

  void allow(bool yes) { allowed_.store(yes, std::memory_order_relaxed); }
  bool allowed() const { return allowed_.load(std::memory_order_relaxed); }

private:
  struct slot {
    std::int64_t interval = -1;
    double value = 0;
  };
  const interval_board& board_;
  std::atomic<bool> allowed_{true};
  mutable std::mutex guard_;
  std::array<slot, kept_intervals> ring_;
  slot newest_;
};

/// A counter or a sample: values that are summed up per interval. Threads on different processors write to different
/// shards, so that `add` rarely waits for anybody.
class meter {
public:
  explicit meter(const interval_board& board) : board_(board), quantiles_(board.quantile_intervals) {}

  /// Any thread.
  void add(double value = 1);
  /// What was added in an interval; a count of zero if nothing was.
  aggregate at(std::int64_t interval) const;
  /// What was added since the start.
  aggregate total() const;
  /// See quantile_window. Values count there only when the board says for how long.
  std::vector<double> quantiles(const std::vector<double>& wanted);
  std::optional<std::int64_t> last_written() const;

  void allow(bool yes) { allowed_.store(yes, std::memory_order_relaxed); }
  bool allowed() const { return allowed_.load(std::memory_order_relaxed); }

private:
  struct slot {
    std::int64_t interval = -1;
    aggregate values;
  };
  struct alignas(64) shard {
    std::mutex guard;
    std::array<slot, kept_intervals> ring;
    aggregate total;
    std::int64_t newest = -1;
    std::vector<double> pending; ///< not yet counted in the quantiles
  };
  void count_pending(shard& s);

  const interval_board& board_;
  std::atomic<bool> allowed_{true};
  mutable std::array<shard, 4> shards_;
  std::mutex quantiles_guard_; ///< taken inside a shard's
  quantile_window quantiles_;
};

} // namespace praetor::metrics
