#include "storage/state/store.hpp"
#include "protocol/mutation.hpp"
#include "storage/state/transaction.hpp"

#include <algorithm>

namespace praetor::state {

/// One published store. `balance` is the number of readers that were copying it when it was replaced, minus those that
/// noticed the replacement afterwards; whoever brings it to zero frees the slot.
struct publication::slot {
  store_ptr newest;
  std::atomic<std::int64_t> balance{0};
};

namespace {

constexpr int address_bits = 48;
constexpr std::uint64_t one_reader = std::uint64_t{1} << address_bits;
constexpr std::uint64_t address_mask = one_reader - 1;

/// Whether changes are in entry order, and none is newer than the result.
bool in_order(const change_list& changes, const store& result) {
  auto earlier = [](const change& a, const change& b) { return a.index < b.index; };
  return std::is_sorted(changes.begin(), changes.end(), earlier) &&
         (changes.empty() || changes.back().index <= result.last_index());
}

} // namespace

publication::publication(store_ptr first) {
  PRAETOR_ASSERT(first != nullptr);
  auto address = reinterpret_cast<std::uint64_t>(new slot{std::move(first)});
  PRAETOR_ASSERT((address & ~address_mask) == 0);
  word_.store(address, std::memory_order_release);
}

publication::~publication() { delete reinterpret_cast<slot*>(word_.load(std::memory_order_acquire) & address_mask); }

store_ptr publication::load() const {
  // Registers a reader and reads the address in one atomic step, so that the slot can't be freed in between.
  auto word = word_.fetch_add(one_reader, std::memory_order_acq_rel) + one_reader;
  auto current = reinterpret_cast<slot*>(word & address_mask);
  auto copy = current->newest;
  while ((word & address_mask) == reinterpret_cast<std::uint64_t>(current))
    if (word_.compare_exchange_weak(word, word - one_reader, std::memory_order_acq_rel, std::memory_order_acquire))
      return copy;
  if (current->balance.fetch_sub(1, std::memory_order_acq_rel) == 1) delete current;
  return copy;
}

void publication::exchange(store_ptr next) {
  auto address = reinterpret_cast<std::uint64_t>(new slot{std::move(next)});
  PRAETOR_ASSERT((address & ~address_mask) == 0);
  auto word = word_.exchange(address, std::memory_order_acq_rel);
  auto old = reinterpret_cast<slot*>(word & address_mask);
  auto readers = static_cast<std::int64_t>(word >> address_bits);
  if (old->balance.fetch_add(readers, std::memory_order_acq_rel) + readers == 0) delete old;
}

transaction publication::begin() const {
  transaction t(load());
  if (feed_.followed()) t.record_changes();
  return t;
}

store_ptr publication::publish(transaction&& t) {
  auto base = t.base();
  PRAETOR_ASSERT(base == load());
  if (t.replaced()) return replace(t.tables());
  auto next = std::make_shared<const store>(std::move(t.tables()), base->abandon_cell(), base->history());
  PRAETOR_ASSERT(next->last_index() >= base->last_index());
  exchange(next);
  t.retired().wake();
  if (feed_.followed()) {
    auto* changes = t.changes();
    PRAETOR_ASSERT(!changes || in_order(*changes, *next));
    feed_.publish({base, next, changes ? std::move(*changes) : change_list{}, changes == nullptr});
  }
  return next;
}

store_ptr publication::replace(const struct tables& tables) {
  auto old = load();
  auto next = std::make_shared<const store>(tables, watch_cell_ptr::make(), old->history() + 1);
  exchange(next);
  if (!mutated(mutation::rendered_answer_survives_restore)) old->abandon_cell()->fire();
  if (feed_.followed()) feed_.publish({old, next, {}, true});
  return next;
}

} // namespace praetor::state
