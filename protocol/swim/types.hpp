#pragma once

#include "protocol/types/values.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace praetor::swim {

/// A member's status in the pool. Clients see these numbers.
enum class member_status : std::uint8_t { none = 0, alive = 1, leaving = 2, left = 3, failed = 4 };

/// One member of a gossip pool.
struct member {
  std::string name;
  std::string address; ///< IP without port
  std::uint16_t port = 0;
  string_map tags;
  member_status status = member_status::none;
  std::uint8_t protocol_min = 1, protocol_max = 5, protocol_current = 2;
  std::uint8_t delegate_min = 2, delegate_max = 5, delegate_current = 4;

  bool operator==(const member&) const = default;
};

/// An immutable list of shared members. A changed member is a new object, so copying a list copies no member.
class member_list {
public:
  using element = std::shared_ptr<const member>;

  class iterator {
  public:
    using value_type = const member;
    using reference = const member&;
    using pointer = const member*;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;

    iterator() = default;
    explicit iterator(const element* at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return at_->get(); }
    iterator& operator++() { return ++at_, *this; }
    iterator operator++(int) { return iterator(at_++); }
    bool operator==(const iterator&) const = default;

  private:
    const element* at_ = nullptr;
  };

  member_list() = default;
  explicit member_list(const std::vector<member>& members) {
    for (const auto& m : members) push_back(std::make_shared<const member>(m));
  }

  void push_back(element m) { members_.push_back(std::move(m)); }
  iterator begin() const { return iterator(members_.data()); }
  iterator end() const { return iterator(members_.data() + members_.size()); }
  std::size_t size() const { return members_.size(); }

  friend bool operator==(const member_list& a, const member_list& b) {
    return std::ranges::equal(a.members_, b.members_, [](const auto& x, const auto& y) { return x == y || *x == *y; });
  }

private:
  std::vector<element> members_;
};

} // namespace praetor::swim
