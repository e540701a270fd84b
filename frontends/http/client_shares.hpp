#pragma once

#include "protocol/base/fair_share.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace praetor::http {

/// One client's use of each shared resource. A client is an IPv4 address, an IPv6 /64, or all unix socket clients
/// together.
struct client_account {
  std::atomic<std::uint64_t> requests{0}; ///< in progress
  std::atomic<std::uint64_t> waits{0};    ///< of these, waiting blocking queries
  std::atomic<std::uint64_t> bodies{0};   ///< bytes of request bodies
  std::atomic<std::uint64_t> answers{0};  ///< bytes of unsent answers
};
using held_amount = std::atomic<std::uint64_t> client_account::*;

/// The accounts of connected clients. Thread-safe.
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

using praetor::grant;

/// A limited resource of which each client gets a fair share.
class fair_pool {
public:
  /// One client alone can take four fifths of it, two can take four ninths each.
  static constexpr std::uint64_t fair_factor = 4;

  /// @param kind the counted member of an account
  /// @param least guaranteed to each client, however little is left
  fair_pool(held_amount kind, std::uint64_t total, std::uint64_t least)
      : kind_(kind), share_(total, {.factor = fair_factor, .least = least}) {}

  std::uint64_t used() const { return share_.used(); }
  std::uint64_t total() const { return share_.total(); }
  void set_total(std::uint64_t total) { share_.set_total(total); }
  bool full() const { return share_.full(); }

  /// The outcome of taking this amount.
  grant ask(const client_account& who, std::uint64_t amount) const {
    return share_.ask((who.*kind_).load(std::memory_order_relaxed), amount);
  }
  void take(client_account& who, std::uint64_t amount) {
    share_.take(amount);
    (who.*kind_).fetch_add(amount, std::memory_order_relaxed);
  }
  void give_back(client_account& who, std::uint64_t amount) {
    share_.give_back(amount);
    (who.*kind_).fetch_sub(amount, std::memory_order_relaxed);
  }

private:
  held_amount kind_;
  fair_share share_;
};

/// A holding of a pool; returned by the destructor. The pool outlives it.
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
  /// Changes the holding to `amount`. A reduction always succeeds; an increase may be denied, and then nothing changes.
  grant hold(fair_pool& pool, const std::shared_ptr<client_account>& who, std::uint64_t amount) {
    if (amount > amount_)
      if (auto outcome = pool.ask(*who, amount - amount_); outcome != grant::given) return outcome;
    force(pool, who, amount);
    return grant::given;
  }
  /// The same without a limit, for what is held already.
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
