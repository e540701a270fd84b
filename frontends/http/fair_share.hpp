#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace praetor::http {

/// What one client holds of each thing that all clients share. A client is an IPv4 address, an IPv6 network of 64 bits,
/// or all who come over unix sockets.
struct client_account {
  std::atomic<std::uint64_t> requests{0}; ///< that are being answered
  std::atomic<std::uint64_t> waits{0};    ///< of these, blocking queries that wait
  std::atomic<std::uint64_t> bodies{0};   ///< bytes of request bodies
  std::atomic<std::uint64_t> answers{0};  ///< bytes of answers that were not taken at once
};
using held_amount = std::atomic<std::uint64_t> client_account::*;

/// The accounts of those who are connected. Any thread.
class client_accounts {
public:
  std::shared_ptr<client_account> of(const std::string& address);

private:
  struct registry {
    std::mutex mutex;
    std::unordered_map<std::string, std::weak_ptr<client_account>> accounts;
  };
  std::shared_ptr<registry> registry_ = std::make_shared<registry>();
};

enum class grant {
  given,
  over_share, ///< the client holds more of it than is fair
  used_up     ///< there is too little left for anybody
};

/// A limited amount of something. No client holds more than `fair_factor` times what is left: one alone may take four
/// fifths of it, two of them four ninths each, and something is always left for the next. Any thread; a grant may be
/// off by what other threads take at the same moment.
class fair_pool {
public:
  static constexpr std::uint64_t fair_factor = 4;

  /// @param kind which part of an account it is
  /// @param least what each client may hold, however little is left
  fair_pool(held_amount kind, std::uint64_t total, std::uint64_t least) : kind_(kind), total_(total), least_(least) {}

  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t total() const { return total_.load(std::memory_order_relaxed); }
  void set_total(std::uint64_t total) { total_.store(total, std::memory_order_relaxed); }
  bool full() const { return used() >= total(); }

  /// What taking so much would lead to. What is larger than the whole is given when nothing else is held.
  grant ask(const client_account& who, std::uint64_t amount) const {
    auto used = this->used(), total = this->total();
    if (used != 0 && (used >= total || amount > total - used)) return grant::used_up;
    auto left = used + amount < total ? total - used - amount : 0;
    auto held = (who.*kind_).load(std::memory_order_relaxed) + amount;
    return held <= least_ || held / fair_factor <= left || used == 0 ? grant::given : grant::over_share;
  }
  void take(client_account& who, std::uint64_t amount) {
    used_.fetch_add(amount, std::memory_order_relaxed);
    (who.*kind_).fetch_add(amount, std::memory_order_relaxed);
  }
  void give_back(client_account& who, std::uint64_t amount) {
    used_.fetch_sub(amount, std::memory_order_relaxed);
    (who.*kind_).fetch_sub(amount, std::memory_order_relaxed);
  }

private:
  held_amount kind_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> total_;
  std::uint64_t least_;
};

/// What somebody holds of a pool; given back with the object. The pool outlives it.
class share {
public:
  share() = default;
  share(share&& other) noexcept
      : pool_(other.pool_), who_(std::move(other.who_)), amount_(std::exchange(other.amount_, 0)) {}
  share& operator=(share&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(who_, other.who_);
    std::swap(amount_, other.amount_);
    return *this;
  }
  ~share() { reset(); }

  std::uint64_t amount() const { return amount_; }
  /// Holds `amount` from now on. Less than before is always given; more may not be, and then nothing changes.
  grant hold(fair_pool& pool, const std::shared_ptr<client_account>& who, std::uint64_t amount) {
    if (amount > amount_)
      if (auto outcome = pool.ask(*who, amount - amount_); outcome != grant::given) return outcome;
    force(pool, who, amount);
    return grant::given;
  }
  /// The same for what is there already.
  void force(fair_pool& pool, const std::shared_ptr<client_account>& who, std::uint64_t amount) {
    pool_ = &pool;
    who_ = who;
    if (amount > amount_) pool.take(*who, amount - amount_);
    if (amount < amount_) pool.give_back(*who, amount_ - amount);
    amount_ = amount;
  }
  void reset() {
    if (amount_ != 0) pool_->give_back(*who_, std::exchange(amount_, 0));
    who_ = nullptr;
  }

private:
  fair_pool* pool_ = nullptr;
  std::shared_ptr<client_account> who_;
  std::uint64_t amount_ = 0;
};

} // namespace praetor::http
