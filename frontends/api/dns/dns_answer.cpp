#include "frontends/api/dns/dns_answer.hpp"

#include "protocol/types/values.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace praetor::dns {

namespace {

constexpr std::size_t plain_udp_limit = 512;
constexpr std::size_t largest_datagram = 65467;
constexpr std::size_t largest_stream_message = 65523;
constexpr std::size_t udp_header = 8;
constexpr std::size_t most_plain_answers = 8; // whatever the configured limit is
constexpr std::size_t far_over = 100;         // bytes above the limit from which cutting one at a time is too slow
constexpr std::size_t close_fit = 10;
constexpr std::size_t most_stream_records = 4096, most_stream_targets = 1024;

std::size_t bytes_of(const std::vector<record>& records) {
  std::size_t total = 0;
  for (const auto& r : records) total += sizeof(record) + r.size(0);
  return total;
}

std::size_t subnet_bytes(const client_subnet& s) { return (s.source + 7u) / 8u; }

} // namespace

std::size_t answer_set::bytes() const {
  auto total = sizeof(answer_set) + bytes_of(answers) + bytes_of(authority);
  for (const auto& g : groups) total += sizeof(group) + bytes_of(g.answers) + bytes_of(g.extra);
  return total;
}

void answer_writer::take(const answer_set& set, const answer_set::group& g) {
  auto& into = set.groups_go == answer_set::place::answers ? answers_ : authority_;
  auto first = into.size();
  for (const auto& r : g.answers) into.push_back(&r);
  if (!g.address) {
    // What an alias leads to is a set of its own: the order behind the last alias means nothing.
    auto tail = std::find_if(into.rbegin(), into.rend() - static_cast<std::ptrdiff_t>(first),
                             [](const record* r) { return r->type == rr::cname; });
    std::shuffle(tail.base(), into.end(), random_);
  }
  for (const auto& r : g.extra) extra_.push_back(&r);
}

void answer_writer::choose(const answer_set& set) {
  answers_.clear();
  authority_.clear();
  extra_.clear();
  for (const auto& r : set.answers) answers_.push_back(&r);
  for (const auto& r : set.authority) authority_.push_back(&r);
  bool addresses = std::any_of(set.groups.begin(), set.groups.end(), [](const auto& g) { return g.address; });
  order_.resize(set.groups.size());
  std::iota(order_.begin(), order_.end(), 0u);
  for (std::size_t i = order_.size(); i > 1; --i) {
    // A product instead of a division; the bias is below 2^-32.
    auto j = static_cast<std::size_t>((static_cast<std::uint32_t>(random_()) * static_cast<std::uint64_t>(i)) >> 32);
    std::swap(order_[i - 1], order_[j]);
  }
  std::size_t taken = 0;
  for (auto i : order_) {
    const auto& g = set.groups[i];
    if (g.address != addresses) continue;
    take(set, g);
    ++taken;
    if (!addresses || taken == set.most_groups || (set.most_answers > 0 && answers_.size() >= set.most_answers)) break;
  }
}

std::size_t answer_writer::measure() {
  if (!compress_) return uncompressed_size();
  compose(false);
  return out_.size();
}

bool answer_writer::exceeds(std::size_t limit) { return uncompressed_size() > limit && measure() > limit; }

std::size_t answer_writer::uncompressed_size() const {
  auto name = query_->name().size();
  auto total = header_size + (query_->has_question ? name + 4 : 0);
  for (const auto* list : {&answers_, &authority_, &extra_})
    for (const auto* r : *list) total += r->size(name);
  if (edns_) total += 11 + (query_->subnet ? 8 + subnet_bytes(*query_->subnet) : 0);
  return total;
}

void answer_writer::follow_targets() {
  // Of several records of a name only the first is known, and what belongs to no target goes, EDNS included: clients
  // of the reference see just this.
  std::unordered_map<std::string, const record*> by_owner;
  for (const auto* r : all_extra_)
    by_owner.emplace(lowered(r->owner.empty() ? std::string(query_->name()) : r->owner), r);
  std::unordered_set<std::string> seen;
  extra_.clear();
  edns_ = false;
  for (const auto* answer : answers_) {
    if (answer->type != rr::srv) continue;
    auto target = lowered(answer->name);
    while (seen.insert(target).second) {
      auto found = by_owner.find(target);
      if (found == by_owner.end()) break;
      extra_.push_back(found->second);
      if (found->second->type != rr::cname) break;
      target = lowered(found->second->name);
    }
  }
}

std::size_t answer_writer::fitting_answers(std::size_t limit) {
  auto all = answers_;
  bool follow = !all_extra_.empty() || edns_;
  std::size_t fits = 0, too_many = all.size() + 1;
  while (too_many - fits > 1) {
    auto middle = fits + (too_many - fits) / 2;
    answers_.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(middle));
    if (follow) follow_targets();
    auto size = measure();
    if (size > limit) {
      too_many = middle;
    } else {
      fits = middle;
      if (limit - size < close_fit) break;
    }
  }
  answers_ = std::move(all);
  return fits;
}

void answer_writer::shrink(std::size_t limit, std::size_t reserve) {
  bool follow = !all_extra_.empty() || query_->has_edns;
  while (answers_.size() > 1 && measure() > limit - reserve) {
    authority_.clear();
    auto size = measure();
    auto keep = size > limit + far_over ? fitting_answers(limit) : answers_.size() - 1;
    answers_.resize(std::max<std::size_t>(keep, 1));
    if (follow) follow_targets();
  }
}

bool answer_writer::cut_udp(std::size_t limit, std::size_t most_answers) {
  auto before = answers_.size();
  bool compress = compress_;
  if (limit == plain_udp_limit && before > most_answers) {
    compress_ = false; // clients without EDNS may be behind something that does not compress
    all_extra_ = extra_;
    bool follow = !extra_.empty() || edns_;
    answers_.resize(most_answers);
    if (follow) follow_targets();
  } else if (before > 1 && exceeds(limit - udp_header)) {
    all_extra_ = extra_;
  } else {
    return false;
  }
  shrink(limit, udp_header);
  compress_ = compress;
  return answers_.size() < before;
}

bool answer_writer::cut_tcp() {
  auto most = query_->type == rr::srv ? most_stream_targets : most_stream_records;
  if (answers_.size() > most) answers_.resize(most);
  auto before = answers_.size();
  if (before <= 1 || !exceeds(largest_stream_message)) return false;
  all_extra_ = extra_;
  shrink(largest_stream_message, 0);
  return answers_.size() < before;
}

void answer_writer::compose_edns() {
  out_.u8(0);
  out_.u16(rr::opt);
  out_.u16(query_->udp_size);
  out_.u32(0);
  if (!query_->subnet) return out_.u16(0);
  const auto& s = *query_->subnet;
  auto count = subnet_bytes(s);
  out_.u16(static_cast<std::uint16_t>(8 + count));
  out_.u16(8);
  out_.u16(static_cast<std::uint16_t>(4 + count));
  out_.u16(s.family);
  out_.u8(s.source);
  out_.u8(0); // the answer is the same for all networks
  out_.bytes({reinterpret_cast<const char*>(s.address.data()), count});
}

void answer_writer::compose(bool truncated) {
  const auto& q = *query_;
  out_.begin(compress_);
  out_.u16(q.id);
  out_.u16(static_cast<std::uint16_t>(flags_ | (truncated ? flag::truncated : 0) | static_cast<std::uint16_t>(code_)));
  out_.u16(q.has_question ? 1 : 0);
  out_.u16(static_cast<std::uint16_t>(answers_.size()));
  out_.u16(static_cast<std::uint16_t>(authority_.size()));
  out_.u16(static_cast<std::uint16_t>(extra_.size() + (edns_ ? 1 : 0)));
  if (q.has_question) {
    out_.name(q.name(), true);
    out_.u16(q.type);
    out_.u16(q.klass);
  }
  for (const auto* list : {&answers_, &authority_, &extra_})
    for (const auto* r : *list) out_.add(*r, q.name(), serial_);
  if (edns_) compose_edns();
}

std::string_view answer_writer::write(const query& q, const answer_set& set, transport how, const answer_rules& rules,
                                      std::uint32_t serial) {
  query_ = &q;
  serial_ = serial;
  code_ = set.code;
  edns_ = q.has_edns && set.code != rcode::refused;
  compress_ = rules.compress;
  flags_ = flag::response | (q.flags & flag::opcode);
  if ((q.flags & flag::opcode) == 0) flags_ |= q.flags & (flag::recursion_desired | flag::checking_disabled);
  if (set.authoritative) flags_ |= flag::authoritative;
  if (rules.recursion_available && set.code != rcode::refused) flags_ |= flag::recursion_available;
  choose(set);
  bool cut = false;
  if (how == transport::udp) {
    auto limit = std::clamp<std::size_t>(q.has_edns ? q.udp_size : 0, plain_udp_limit, largest_datagram);
    auto most = std::min<std::int64_t>(most_plain_answers, std::max<std::int64_t>(rules.udp_answer_limit, 0));
    cut = cut_udp(limit, static_cast<std::size_t>(most));
  } else {
    cut = cut_tcp();
  }
  compose(cut && rules.enable_truncate);
  return out_.text();
}

std::string_view answer_writer::refuse_packet(const query& q, rcode code, bool keep_opcode) {
  auto flags =
      static_cast<std::uint16_t>((q.flags & ~(flag::opcode | flag::authoritative | flag::zero | 0xf)) | flag::response);
  if (keep_opcode) flags |= q.flags & flag::opcode;
  out_.begin(false);
  out_.u16(q.id);
  out_.u16(static_cast<std::uint16_t>(flags | static_cast<std::uint16_t>(code)));
  out_.u16(q.has_question ? 1 : 0);
  for (int i = 0; i < 3; ++i) out_.u16(0);
  if (q.has_question) {
    out_.name(q.name(), true);
    out_.u16(q.type);
    out_.u16(q.klass);
  }
  return out_.text();
}

} // namespace praetor::dns
