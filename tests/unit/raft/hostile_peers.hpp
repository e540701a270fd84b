#pragma once

#include "protocol/raft/machine.hpp"
#include "tests/fuzz/choices.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace praetor::raft::test {

/// One server that receives only what `choices` invents: lying members, strangers, malformed bytes, extreme numbers, in
/// any order with time, disk events and restarts. Whatever it receives, it must survive and keep the guarantees of a
/// single server.
class hostile_peers {
public:
  hostile_peers(fuzz::choices& what, bool joins) : what_(what), random_(7) {
    if (!joins) {
      configuration three;
      for (const auto* id : {"a", "b", "c"}) three.servers.push_back({{id, std::string(id) + "1"}, "", true});
      disk_.state.term = 1;
      disk_.log.push_back(std::make_shared<const entry>(entry{1, 1, entry_kind::configuration, 0, encode(three)}));
    }
    start();
  }

  /// Runs until the choices are exhausted, or a guarantee is violated.
  void run() {
    while (!what_.done() && breach.empty()) {
      step();
      pump();
      check();
    }
  }

  std::string breach; ///< the violation; empty: none
  std::uint64_t steps = 0, applied = 0, terms = 0, installs = 0, led = 0;
  const counters& count() const { return machine_->count(); }

private:
  struct disk final : log_view {
    hard_state state;
    index_t before = 0;
    term_t before_term = 0;
    std::vector<entry_ptr> log;
    std::optional<snapshot_meta> snapshot;

    index_t last() const { return before + log.size(); }
    std::optional<term_t> term(index_t index) const override {
      if (index <= before || index > last()) return std::nullopt;
      return log[index - before - 1]->term;
    }
    std::vector<entry_ptr> entries(index_t from, index_t to, std::size_t) const override {
      std::vector<entry_ptr> out;
      for (auto i = from; i > before && i <= std::min(to, last()); ++i) out.push_back(log[i - before - 1]);
      return out;
    }
    void write(const output& batch) {
      if (batch.state) state = *batch.state;
      if (batch.reset) log.clear(), before = batch.reset->index, before_term = batch.reset->term;
      if (batch.truncate_from && *batch.truncate_from <= last()) log.resize(*batch.truncate_from - before - 1);
      for (const auto& e : batch.entries) {
        PRAETOR_ASSERT(e->index == last() + 1);
        log.push_back(e);
      }
    }
  };

  void start() {
    writes_.clear();
    install_.reset();
    stored_ = 0;
    machine_ = std::make_unique<machine>(own_, limits_, disk_, random_);
    initial_state found{disk_.state,  disk_.snapshot,    disk_.before + 1,
                        disk_.last(), disk_.before_term, find_configurations(disk_, disk_.before + 1, disk_.last())};
    machine_->restore(found, now_);
    commit_ = machine_->commit_index();
    term_ = machine_->term();
    // The commit index is not durable: after a restart a leader may repeat it from the snapshot on.
    known_.clear();
  }

  void fail(const std::string& text) {
    if (breach.empty()) breach = text + " in step " + std::to_string(steps);
  }

  void check() {
    if (machine_->commit_index() < commit_) fail("the commit index fell");
    if (machine_->term() < term_) fail("the term fell");
    if (machine_->term() > term_) ++terms;
    if (machine_->role() == role::leader) ++led;
    commit_ = machine_->commit_index();
    term_ = machine_->term();
  }

  // ---- what happens ------------------------------------------------------------------------------------------------

  void step() {
    ++steps;
    switch (what_.below(16)) {
    case 0: now_ += std::chrono::milliseconds(what_.below(3000)); [[fallthrough]];
    case 1: return machine_->tick(now_);
    case 2: return sync();
    case 3: return what_.one_in(8) ? fail_writes() : sync();
    case 4:
      if (what_.one_in(8)) return start();
      (void)machine_->propose({{entry_kind::command, what_.text(4)}}, 5, now_);
      return;
    case 5: return change_members();
    case 6: return what_.one_in(2) ? machine_->connection_lost(id(), now_) : machine_->connection_restored(id(), now_);
    case 7: return finish_install();
    case 8: return bytes();
    case 9: return win();
    default: return hear(make_message());
    }
  }

  void hear(message m) {
    // Through the wire format, if there is one.
    if (auto* a = std::get_if<append_request>(&m.body))
      if (std::find(a->entries.begin(), a->entries.end(), nullptr) != a->entries.end())
        return machine_->step(std::move(m), now_);
    if (auto arrived = decode_message(encode(m))) machine_->step(std::move(*arrived), now_);
  }

  void bytes() {
    auto data = encode(make_message_with_wire_form());
    for (auto changes = what_.below(4); changes > 0; --changes)
      data[what_.below(data.size())] = static_cast<char>(what_.below(256));
    if (what_.one_in(4)) data.resize(what_.below(data.size()));
    if (auto arrived = decode_message(data)) machine_->step(std::move(*arrived), now_);
  }

  /// An election that the others let it win, so that answers to a leader are accepted.
  void win() {
    now_ += std::chrono::seconds(3);
    machine_->tick(now_);
    pump();
    auto term = machine_->term();
    auto pre = machine_->role() == role::pre_candidate;
    hear({{"b", "b1"}, own_, term, vote_result{pre, true, pre ? term + 1 : term, {}}});
    pump();
    sync();
    term = machine_->term();
    hear({{"c", "c1"}, own_, term, vote_result{false, true, term, {}}});
  }

  void change_members() {
    configuration_change change;
    change.kind = what_.one_of({configuration_change::kind_t::add_nonvoter, configuration_change::kind_t::promote,
                                configuration_change::kind_t::demote, configuration_change::kind_t::remove});
    change.id = id();
    change.storage = what_.one_in(4) ? std::string() : change.id + "1";
    (void)machine_->propose_configuration(change, 5, now_);
  }

  void sync() {
    while (!writes_.empty()) {
      auto batch = std::move(writes_.front());
      writes_.pop_front();
      disk_.write(batch);
      for (const auto& m : batch.messages_when_durable) sent(m);
      machine_->log_written(batch.write, now_);
      pump();
    }
  }

  void fail_writes() {
    writes_.clear();
    machine_->log_failed(now_);
  }

  void finish_install() {
    if (!install_) return;
    auto meta = *std::exchange(install_, std::nullopt);
    if (what_.one_in(4)) return machine_->snapshot_failed(meta.id, now_);
    ++installs;
    disk_.snapshot = meta;
    machine_->snapshot_installed(meta, now_);
  }

  void pump() {
    while (machine_->has_output()) {
      auto out = machine_->take_output(now_);
      for (const auto& m : out.messages) sent(m);
      for (const auto& e : out.apply) apply(*e);
      if (!out.apply.empty()) machine_->applied(out.apply.back()->index);
      for (const auto& request : out.chunk_requests) machine_->snapshot_chunk_missing(request, now_);
      for (const auto& piece : out.chunks) {
        if (piece.offset == 0) stored_ = 0;
        if (piece.offset != stored_) fail("a piece of a snapshot is out of place");
        stored_ += piece.data.size();
        if (piece.done)
          install_ = piece.meta;
        else
          machine_->snapshot_chunk_stored(piece.meta.id, stored_, now_);
      }
      if (out.must_write || !out.messages_when_durable.empty()) writes_.push_back(std::move(out));
    }
  }

  // ---- what must hold ----------------------------------------------------------------------------------------------

  void apply(const entry& e) {
    ++applied;
    auto [known, fresh] = known_.emplace(e.index, e);
    if (!fresh && !(known->second == e)) fail("committed entry " + std::to_string(e.index) + " changed");
  }

  void sent(const message& m) {
    auto vote = [&](const identity& whom, term_t term) {
      auto [before, fresh] = votes_.emplace(term, whom);
      if (!fresh && before->second != whom) fail("two votes in term " + std::to_string(term));
    };
    if (auto* r = std::get_if<vote_result>(&m.body); r && r->granted && !r->pre_vote) vote(m.to, r->asked_term);
    if (auto* r = std::get_if<vote_request>(&m.body); r && !r->pre_vote) vote(own_, m.term);
    if (auto* r = std::get_if<append_result>(&m.body); r && !r->rejected && r->match > disk_.last())
      fail("an entry was acknowledged that is not on the disk");
  }

  // ---- what is made up ---------------------------------------------------------------------------------------------

  std::string id() { return what_.one_of<const char*>({"b", "c", "a", "d", "e"}); }
  identity someone() {
    auto who = id();
    if (what_.one_in(16)) return {what_.text(300), what_.text(4)};
    return {who, what_.one_in(16) ? "other" : who + "1"};
  }
  index_t index() {
    auto last = machine_->last_index(), commit = machine_->commit_index();
    return what_.one_of<index_t>({0, 1, commit, commit + 1, last, last, last + 1, last + 2, last - 1, ~index_t{0},
                                  ~index_t{0} - 1, index_t{1} << 60, (index_t{1} << 60) - 2, what_.below(20)});
  }
  term_t some_term() {
    auto own = machine_->term();
    return what_.one_of<term_t>({own, own, own, own + 1, own + 1, own - 1, 0, 1, machine_->last_term(), ~term_t{0},
                                 ~term_t{0} - 1, term_t{1} << 48, (term_t{1} << 48) + (term_t{1} << 20),
                                 what_.below(20)});
  }
  std::int64_t stamp() {
    return what_.one_of<std::int64_t>({0, 0, 5, -1, std::int64_t{1} << 62, INT64_MAX, INT64_MIN});
  }
  std::string members() {
    configuration c;
    for (auto n = what_.below(5); n > 0; --n) {
      auto who = someone();
      c.servers.push_back({who, what_.one_in(16) ? std::string(300, 'x') : "", !what_.one_in(3)});
    }
    if (what_.one_in(3)) c.servers.push_back({own_, "", true});
    auto data = encode(c);
    if (what_.one_in(8)) data.resize(what_.below(data.size() + 1));
    return data;
  }
  entry_ptr make_entry(index_t at, term_t term) {
    entry e{
        at, term, what_.one_in(4) ? entry_kind::configuration : entry_kind::command, what_.one_in(8) ? stamp() : 0, {}};
    e.data = e.kind == entry_kind::configuration ? members() : what_.text(3);
    if (what_.one_in(32)) e.index = index();
    if (what_.one_in(32)) e.kind = static_cast<entry_kind>(what_.below(256));
    return std::make_shared<const entry>(std::move(e));
  }
  append_request append(term_t term) {
    append_request r;
    r.prev_index = index();
    r.prev_term = what_.one_in(8) ? some_term() : machine_->term_at(r.prev_index).value_or(some_term());
    for (auto n = what_.below(4), i = std::uint64_t{1}; n > 0; --n, ++i)
      r.entries.push_back(what_.one_in(64) ? nullptr
                                           : make_entry(r.prev_index + i, what_.one_in(3) ? r.prev_term : term));
    r.commit = index();
    r.sent_ns = what_.one_in(8) ? stamp() : 0;
    r.round = what_.below(3);
    r.epoch = what_.below(3);
    return r;
  }
  snapshot_request snapshot(term_t term) {
    snapshot_request r;
    r.meta = {what_.one_of<const char*>({"s", "t", ""}), index(), what_.one_in(2) ? term : some_term(), stamp(), {}, 0};
    if (what_.one_in(2)) r.meta.time_ns = 0;
    r.meta.members.index = what_.one_in(4) ? index() : r.meta.index;
    if (auto value = decode_configuration(members())) r.meta.members.value = *value;
    r.data = what_.text(3);
    r.offset = what_.one_in(2) ? 0 : stored_;
    r.meta.size = what_.one_in(4) ? what_.any() : r.offset + r.data.size();
    r.done = what_.one_in(2);
    return r;
  }
  append_result append_answer() {
    append_result r;
    r.rejected = what_.one_in(2);
    r.match = index(), r.rejected_prev = index(), r.hint_index = index(), r.hint_term = some_term();
    r.sent_ns = stamp();
    r.round = what_.one_of<std::uint64_t>({0, 1, ~std::uint64_t{0}});
    r.epoch = what_.one_of<std::uint64_t>({0, 1, 2, ~std::uint64_t{0}});
    r.promise = std::chrono::nanoseconds(stamp());
    return r;
  }
  lease_token token() { return {some_term(), what_.below(3)}; }
  message make_message() {
    message m{someone(), own_, some_term(), {}};
    if (what_.one_in(32)) m.to = someone();
    switch (what_.below(8)) {
    case 0: m.body = vote_request{what_.one_in(2), index(), some_term(), token()}; break;
    case 1:
      m.body = vote_result{what_.one_in(2), what_.one_in(2), some_term(), std::chrono::nanoseconds(stamp())};
      break;
    case 2: m.body = append_answer(); break;
    case 3: m.body = snapshot(m.term); break;
    case 4: m.body = snapshot_result{what_.one_in(2) ? "s" : what_.text(200), what_.any(), what_.one_in(2)}; break;
    case 5: m.body = timeout_now{token()}; break;
    default: m.body = append(m.term); break;
    }
    return m;
  }
  message make_message_with_wire_form() {
    auto m = make_message();
    if (auto* a = std::get_if<append_request>(&m.body)) std::erase(a->entries, nullptr);
    return m;
  }

  static settings small_limits() {
    settings s;
    s.cache_bytes = 200;
    s.max_append_entries = 3;
    s.snapshot_chunk = 3;
    return s;
  }

  fuzz::choices& what_;
  std::mt19937_64 random_;
  const identity own_{"a", "a1"};
  const settings limits_ = small_limits();
  disk disk_;
  std::unique_ptr<machine> machine_;
  time_point now_{std::chrono::hours(1)};
  std::deque<output> writes_;
  std::optional<snapshot_meta> install_;
  std::uint64_t stored_ = 0;
  index_t commit_ = 0;
  term_t term_ = 0;
  std::map<index_t, entry> known_;
  std::map<term_t, identity> votes_;
};

} // namespace praetor::raft::test
