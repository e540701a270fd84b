#pragma once

#include "protocol/types/error.hpp"
#include "storage/state/watch.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praetor::state {

/// The parts that a transaction replaced in its trees. After the new trees are published, `wake` closes their watch
/// slots and so wakes all watchers; a transaction that is rolled back drops the list instead.
class retired_parts {
public:
  retired_parts() = default;
  retired_parts(retired_parts&& other) noexcept : parts_(std::exchange(other.parts_, {})) {}
  retired_parts& operator=(retired_parts&& other) noexcept {
    std::swap(parts_, other.parts_);
    return *this;
  }
  ~retired_parts() { truncate(0); }

  std::size_t size() const noexcept { return parts_.size(); }
  /// Drops what was added after the list had this size.
  void truncate(std::size_t size) {
    for (; parts_.size() > size; parts_.pop_back()) parts_.back().handle(parts_.back().part, false);
  }
  /// Call after the new root was published, never before: a reader that finds a closed slot reads again at once.
  void wake() {
    for (auto& p : parts_) p.handle(p.part, true);
    parts_.clear();
  }

  /// `handle(part, wake)` wakes the watchers if `wake` is set, and releases the given reference.
  using handler = void (*)(void* part, bool wake);
  void add(void* part, handler h) { parts_.push_back({part, h}); }

private:
  struct entry {
    void* part;
    handler handle;
  };
  std::vector<entry> parts_;
};

/// A persistent radix tree over byte strings, in bytewise order. A copy is cheap and shares all nodes; a change copies
/// the path to the root, but modifies nodes in place that are not shared (created by the same transaction). Readers of
/// any copy need no lock. Only one thread at a time may change a given copy.
///
/// A transaction must keep the copy that it started from until it ends, because reference counts tell which nodes are
/// shared.
///
/// Watching: a lookup that finds its key watches the value (the leaf); one that does not watches the deepest node on
/// its path; a prefix scan watches the node at the top of the prefix. Changes elsewhere do not fire these, except that
/// splitting or joining nodes may (readers must tolerate that: a wake-up does not imply a change).
///
/// A move takes the root and allocates nothing. A moved-from tree may only be assigned to or destroyed.
template <class V>
class radix_tree {
  struct leaf;
  struct node;

public:
  radix_tree() : root_(node::make({}, 0)) {}
  radix_tree(const radix_tree& other) noexcept : root_(other.root_), size_(other.size_) { node::retain(root_); }
  radix_tree(radix_tree&& other) noexcept
      : root_(std::exchange(other.root_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  radix_tree& operator=(radix_tree other) noexcept {
    swap(other);
    return *this;
  }
  ~radix_tree() {
    if (root_) node::release(root_);
  }
  void swap(radix_tree& other) noexcept {
    std::swap(root_, other.root_);
    std::swap(size_, other.size_);
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// The value at `key`, or null. Valid as long as this copy (or another that shares the value).
  const V* find(std::string_view key, watch_set* watch = nullptr) const;
  /// Like `find`, but once `watch` is full it watches the whole tree instead.
  const V* find_bounded(std::string_view key, watch_set* watch) const;
  /// The value with the longest key that is a prefix of `key`, or null.
  const V* longest_prefix(std::string_view key) const;
  /// Whether a key starts with `prefix`.
  bool has_prefix(std::string_view prefix, watch_set* watch = nullptr) const {
    return subtree(prefix, watch).first != nullptr;
  }
  /// The first value in order below `prefix`, or null.
  const V* first(std::string_view prefix, watch_set* watch = nullptr) const;

  /// Calls `visit(key, value)` for each key below `prefix`, in order. `visit` may return bool: false stops.
  template <class Visit>
  void for_each(std::string_view prefix, watch_set* watch, Visit&& visit) const;
  template <class Visit>
  void for_each(Visit&& visit) const {
    for_each({}, nullptr, std::forward<Visit>(visit));
  }

  /// Watches all changes of the tree.
  void watch_all(watch_set& watch) const { watch.add(root_->slot); }

  /// Inserts or replaces. Replaced parts that published readers may watch go to `retired`.
  void set(std::string_view key, V value, retired_parts& retired);
  /// @returns false if the key does not exist (then nothing is changed).
  bool erase(std::string_view key, retired_parts& retired);
  /// Removes all keys that start with `prefix`. @returns their number.
  std::size_t erase_prefix(std::string_view prefix, retired_parts& retired);

  /// The size of all nodes and leaves in bytes, without memory owned by values (for tests and metrics).
  std::size_t memory() const { return node::memory(root_); }

private:
  struct leaf {
    std::atomic<std::uint32_t> references{1};
    watch_slot slot;
    V value;

    explicit leaf(V v) : value(std::move(v)) {}
    static void retain(leaf* l) noexcept { l->references.fetch_add(1, std::memory_order_relaxed); }
    static void release(leaf* l) noexcept {
      if (l && l->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete l;
    }
    bool shared() const noexcept { return references.load(std::memory_order_acquire) != 1; }
    static void handle_retired(void* part, bool wake) {
      auto l = static_cast<leaf*>(part);
      if (wake) l->slot.close();
      release(l);
    }
  };

  /// Header, then `capacity` child pointers, `capacity` labels (the first byte of each child's prefix, ascending), and
  /// the prefix: one allocation.
  struct node {
    std::atomic<std::uint32_t> references{1};
    std::uint32_t prefix_size;
    std::uint16_t count = 0;
    std::uint16_t capacity;
    watch_slot slot;
    leaf* value = nullptr;

    node(std::uint32_t prefix_size, std::uint16_t capacity) : prefix_size(prefix_size), capacity(capacity) {}

    node** children() noexcept { return reinterpret_cast<node**>(this + 1); }
    node* const* children() const noexcept { return reinterpret_cast<node* const*>(this + 1); }
    unsigned char* labels() noexcept { return reinterpret_cast<unsigned char*>(children() + capacity); }
    const unsigned char* labels() const noexcept {
      return reinterpret_cast<const unsigned char*>(children() + capacity);
    }
    char* prefix_data() noexcept { return reinterpret_cast<char*>(labels() + capacity); }
    std::string_view prefix() const noexcept {
      return {reinterpret_cast<const char*>(labels() + capacity), prefix_size};
    }

    static std::size_t bytes(std::size_t prefix_size, std::size_t capacity) {
      return sizeof(node) + capacity * (sizeof(node*) + 1) + prefix_size;
    }
    /// A node without value and children; the caller owns the reference. `prefix` may be given in two parts.
    static node* make(std::string_view prefix, std::size_t capacity, std::string_view more = {}) {
      auto size = prefix.size() + more.size();
      auto n = new (::operator new(bytes(size, capacity)))
          node(static_cast<std::uint32_t>(size), static_cast<std::uint16_t>(capacity));
      if (!prefix.empty()) std::memcpy(n->prefix_data(), prefix.data(), prefix.size());
      if (!more.empty()) std::memcpy(n->prefix_data() + prefix.size(), more.data(), more.size());
      return n;
    }
    static node* make_leaf(std::string_view prefix, V value) {
      auto n = make(prefix, 0);
      n->value = new leaf(std::move(value));
      return n;
    }
    static void retain(node* n) noexcept { n->references.fetch_add(1, std::memory_order_relaxed); }
    static void release(node* n) noexcept {
      if (n->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
      for (std::size_t i = 0; i < n->count; ++i) release(n->children()[i]);
      leaf::release(n->value);
      destroy(n);
    }
    /// Frees only the node: its children and value were moved.
    static void destroy(node* n) noexcept {
      n->~node();
      ::operator delete(static_cast<void*>(n));
    }
    bool shared() const noexcept { return references.load(std::memory_order_acquire) != 1; }

    /// A new node with the value and children of `from`: shared with it, or moved out of it if it is not shared (`from`
    /// is freed then). Consumes the caller's reference to `from` (kept in `retired` if it is shared).
    static node* rebuild(node* from, std::string_view prefix, std::size_t capacity, retired_parts& retired,
                         std::string_view more = {}) {
      auto n = make(prefix, capacity, more);
      n->count = from->count;
      std::copy_n(from->children(), from->count, n->children());
      std::copy_n(from->labels(), from->count, n->labels());
      n->value = from->value;
      if (from->shared()) {
        for (std::size_t i = 0; i < n->count; ++i) retain(n->children()[i]);
        if (n->value) leaf::retain(n->value);
        retired.add(from, &handle_retired);
      } else {
        destroy(from);
      }
      return n;
    }
    static void handle_retired(void* part, bool wake) {
      auto n = static_cast<node*>(part);
      if (wake) n->slot.close();
      release(n);
    }
    static void handle_retired_subtree(void* part, bool wake) {
      auto n = static_cast<node*>(part);
      if (wake) close_all(n);
      release(n);
    }
    static void close_all(node* n) {
      n->slot.close();
      if (n->value) n->value->slot.close();
      for (std::size_t i = 0; i < n->count; ++i) close_all(n->children()[i]);
    }
    static std::size_t count_values(const node* n) {
      std::size_t sum = n->value ? 1 : 0;
      for (std::size_t i = 0; i < n->count; ++i) sum += count_values(n->children()[i]);
      return sum;
    }
    static std::size_t memory(const node* n) {
      auto sum = bytes(n->prefix_size, n->capacity) + (n->value ? sizeof(leaf) : 0);
      for (std::size_t i = 0; i < n->count; ++i) sum += memory(n->children()[i]);
      return sum;
    }

    /// The position of the first child whose label is not less than `label`.
    std::size_t lower_bound(unsigned char label) const noexcept {
      return static_cast<std::size_t>(std::lower_bound(labels(), labels() + count, label) - labels());
    }
    node** find_child(char first) noexcept {
      auto at = lower_bound(static_cast<unsigned char>(first));
      return at < count && labels()[at] == static_cast<unsigned char>(first) ? children() + at : nullptr;
    }
    const node* child(char first) const noexcept {
      auto at = lower_bound(static_cast<unsigned char>(first));
      return at < count && labels()[at] == static_cast<unsigned char>(first) ? children()[at] : nullptr;
    }
    /// Requires free capacity.
    void insert_child(node* c) noexcept {
      auto label = static_cast<unsigned char>(c->prefix()[0]);
      auto at = lower_bound(label);
      std::copy_backward(children() + at, children() + count, children() + count + 1);
      std::copy_backward(labels() + at, labels() + count, labels() + count + 1);
      children()[at] = c;
      labels()[at] = label;
      ++count;
    }
    void remove_child(std::size_t at) noexcept {
      std::copy(children() + at + 1, children() + count, children() + at);
      std::copy(labels() + at + 1, labels() + count, labels() + at);
      --count;
    }
  };

  /// Makes the node in `place` unshared, with capacity for `room` more children.
  static void make_editable(node*& place, retired_parts& retired, std::size_t room = 0) {
    auto n = place;
    std::size_t wanted = n->count + room;
    if (!n->shared()) {
      if (wanted <= n->capacity) return;
      wanted = std::min<std::size_t>(256, n->count + n->count / 2u + room);
    }
    place = node::rebuild(n, n->prefix(), wanted, retired);
  }
  static void retire_leaf(leaf* l, retired_parts& retired) {
    if (l->shared())
      retired.add(l, &leaf::handle_retired);
    else
      leaf::release(l);
  }
  /// Merges a node without a value and with a single child with that child. `place` must be editable.
  static void join_only_child(node*& place, retired_parts& retired) {
    auto n = place, c = n->children()[0];
    place = node::rebuild(c, n->prefix(), c->count, retired, c->prefix());
    node::destroy(n);
  }
  static std::size_t common_size(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  }
  /// The top node of all keys that start with `prefix` (or null), and the length of its path without its own prefix.
  std::pair<const node*, std::size_t> subtree(std::string_view prefix, watch_set* watch) const {
    const node* n = root_;
    std::size_t depth = 0;
    auto rest = prefix;
    const node* found = n;
    while (!rest.empty()) {
      auto c = n->child(rest[0]);
      if (!c) {
        found = nullptr;
        break;
      }
      depth += n->prefix_size;
      n = c;
      if (rest.size() <= c->prefix_size) {
        found = c->prefix().starts_with(rest) ? c : nullptr;
        break;
      }
      if (!rest.starts_with(c->prefix())) {
        found = nullptr;
        break;
      }
      rest.remove_prefix(c->prefix_size);
      found = c;
    }
    if (watch) watch->add(n->slot);
    // The root represents the empty prefix even if the tree is empty.
    if (found && found->value == nullptr && found->count == 0) found = nullptr;
    return {found, depth};
  }
  /// The leaf of `key`, and the deepest node on the path to it.
  std::pair<const leaf*, const node*> locate(std::string_view key) const {
    const node* n = root_;
    while (!key.empty()) {
      auto c = n->child(key[0]);
      if (!c) return {nullptr, n};
      n = c;
      if (!key.starts_with(c->prefix())) return {nullptr, n};
      key.remove_prefix(c->prefix_size);
    }
    return {n->value, n};
  }
  template <class Visit>
  static bool call(Visit& visit, std::string_view key, const V& value) {
    if constexpr (std::is_same_v<decltype(visit(key, value)), bool>) {
      return visit(key, value);
    } else {
      visit(key, value);
      return true;
    }
  }
  /// `path` holds the key up to but not including the prefix of `n`.
  template <class Visit>
  static bool walk(const node* n, std::string& path, Visit& visit) {
    auto size = path.size();
    path += n->prefix();
    if (n->value && !call(visit, path, n->value->value)) return false;
    for (std::size_t i = 0; i < n->count; ++i)
      if (!walk(n->children()[i], path, visit)) return false;
    path.resize(size);
    return true;
  }

  node* root_; // its prefix is empty; null only after a move
  std::size_t size_ = 0;
};

template <class V>
const V* radix_tree<V>::find(std::string_view key, watch_set* watch) const {
  auto [l, n] = locate(key);
  if (watch) watch->add(l ? l->slot : n->slot);
  return l ? &l->value : nullptr;
}

template <class V>
const V* radix_tree<V>::find_bounded(std::string_view key, watch_set* watch) const {
  auto [l, n] = locate(key);
  if (watch) watch->add(l ? l->slot : n->slot, root_->slot);
  return l ? &l->value : nullptr;
}

template <class V>
const V* radix_tree<V>::longest_prefix(std::string_view key) const {
  const node* n = root_;
  const leaf* best = n->value;
  while (!key.empty()) {
    n = n->child(key[0]);
    if (!n || !key.starts_with(n->prefix())) break;
    key.remove_prefix(n->prefix_size);
    if (n->value) best = n->value;
  }
  return best ? &best->value : nullptr;
}

template <class V>
const V* radix_tree<V>::first(std::string_view prefix, watch_set* watch) const {
  auto n = subtree(prefix, watch).first;
  if (!n) return nullptr;
  while (!n->value) n = n->children()[0];
  return &n->value->value;
}

template <class V>
template <class Visit>
void radix_tree<V>::for_each(std::string_view prefix, watch_set* watch, Visit&& visit) const {
  auto [n, depth] = subtree(prefix, watch);
  if (!n) return;
  std::string path(prefix.substr(0, depth));
  walk(n, path, visit);
}

template <class V>
void radix_tree<V>::set(std::string_view key, V value, retired_parts& retired) {
  PRAETOR_ASSERT(key.size() < UINT32_MAX);
  auto place = &root_;
  auto rest = key;
  while (!rest.empty()) {
    bool descend = (*place)->child(rest[0]) != nullptr;
    make_editable(*place, retired, descend ? 0 : 1);
    auto n = *place;
    if (!descend) {
      n->insert_child(node::make_leaf(rest, std::move(value)));
      ++size_;
      return;
    }
    auto below = n->find_child(rest[0]);
    auto next = *below;
    auto common = common_size(next->prefix(), rest);
    if (common < next->prefix_size) {
      // Split: inserts a new node with the common prefix.
      auto between = node::make(rest.substr(0, common), 2);
      auto lower_prefix = std::string(next->prefix().substr(common));
      between->insert_child(node::rebuild(next, lower_prefix, next->count, retired));
      *below = between;
    }
    place = below;
    rest.remove_prefix(common);
  }
  make_editable(*place, retired);
  auto fresh = new leaf(std::move(value));
  if (auto old = std::exchange((*place)->value, fresh))
    retire_leaf(old, retired);
  else
    ++size_;
}

template <class V>
bool radix_tree<V>::erase(std::string_view key, retired_parts& retired) {
  if (!locate(key).first) return false;
  node** parent = nullptr;
  auto place = &root_;
  auto rest = key;
  make_editable(*place, retired);
  while (!rest.empty()) {
    parent = place;
    place = (*place)->find_child(rest[0]);
    make_editable(*place, retired);
    rest.remove_prefix((*place)->prefix_size);
  }
  auto n = *place;
  retire_leaf(std::exchange(n->value, nullptr), retired);
  --size_;
  if (!parent) return true;
  if (n->count == 1) {
    join_only_child(*place, retired);
  } else if (n->count == 0) {
    (*parent)->remove_child(static_cast<std::size_t>(place - (*parent)->children()));
    node::release(n);
    if (parent != &root_ && !(*parent)->value && (*parent)->count == 1) join_only_child(*parent, retired);
  }
  return true;
}

template <class V>
std::size_t radix_tree<V>::erase_prefix(std::string_view prefix, retired_parts& retired) {
  auto top = subtree(prefix, nullptr).first;
  if (!top) return 0;
  auto removed = node::count_values(top);
  size_ -= removed;
  if (top == root_) {
    retired.add(std::exchange(root_, node::make({}, 0)), &node::handle_retired_subtree);
    return removed;
  }
  node** parent = &root_;
  make_editable(*parent, retired);
  auto rest = prefix;
  for (;;) {
    auto place = (*parent)->find_child(rest[0]);
    if (*place == top) {
      (*parent)->remove_child(static_cast<std::size_t>(place - (*parent)->children()));
      retired.add(const_cast<node*>(top), &node::handle_retired_subtree);
      break;
    }
    make_editable(*place, retired);
    rest.remove_prefix((*place)->prefix_size);
    parent = place;
  }
  if (parent != &root_ && !(*parent)->value && (*parent)->count == 1) join_only_child(*parent, retired);
  return removed;
}

} // namespace praetor::state
