#include "tests/unit/raft/test_node.hpp"

#include <sstream>

namespace praetor::raft::test {

std::optional<term_t> test_disk::term(index_t index) const {
  if (index <= before_first || index > last()) return std::nullopt;
  return log[index - before_first - 1]->term;
}

std::vector<entry_ptr> test_disk::entries(index_t from, index_t to, std::size_t max_bytes) const {
  std::vector<entry_ptr> result;
  std::size_t bytes = 0;
  for (auto i = from; i > before_first && i <= std::min(to, last()); ++i) {
    const auto& e = log[i - before_first - 1];
    bytes += e->weight();
    if (!result.empty() && bytes > max_bytes) break;
    result.push_back(e);
  }
  return result;
}

void test_disk::write(const output& batch) {
  if (batch.state) state = *batch.state;
  if (batch.reset) {
    log.clear();
    before_first = batch.reset->index;
    before_first_term = batch.reset->term;
  }
  if (batch.truncate_from && *batch.truncate_from <= last()) {
    PRAETOR_ASSERT(*batch.truncate_from > before_first);
    log.resize(*batch.truncate_from - before_first - 1);
  }
  for (const auto& e : batch.entries) {
    PRAETOR_ASSERT(e->index == last() + 1);
    log.push_back(e);
  }
}

void test_disk::compact(index_t up_to) {
  if (up_to <= before_first) return;
  before_first_term = *term(up_to);
  log.erase(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(up_to - before_first));
  before_first = up_to;
}

initial_state test_disk::found() const {
  return {state,  snapshot,          before_first + 1,
          last(), before_first_term, find_configurations(*this, before_first + 1, last())};
}

void applied_state::apply(const entry& e) {
  PRAETOR_ASSERT(e.index == index + 1 && e.term >= term && e.time_ns >= time_ns);
  index = e.index;
  term = e.term;
  time_ns = e.time_ns;
  hash = (hash ^ std::hash<std::string>{}(e.data) ^ (e.term << 8) ^ static_cast<std::uint64_t>(e.kind)) *
         0x9E3779B97F4A7C15ull;
  if (e.kind == entry_kind::configuration) members = {e.index, *decode_configuration(e.data)};
}

std::string applied_state::bytes() const {
  auto text = std::to_string(hash);
  return text + std::string(64 - text.size(), '.'); // always several chunks
}

applied_state applied_state::from(const snapshot_meta& meta, const std::string& bytes) {
  return {meta.index, meta.term, meta.time_ns, std::stoull(bytes), meta.members};
}

test_node::test_node(identity who, settings limits, std::uint64_t seed)
    : who(std::move(who)), limits(limits), random_(seed) {}

void test_node::start(time_point now) {
  state = {};
  if (disk.snapshot) state = applied_state::from(*disk.snapshot, disk.snapshot_bytes);
  machine_ = std::make_unique<machine>(who, limits, disk, random_);
  machine_->restore(disk.found(), now);
}

void test_node::crash() {
  machine_.reset();
  writes_.clear();
  incoming_.clear();
  to_install_.reset();
}

void test_node::pump(time_point now) {
  while (machine_ && machine_->has_output()) {
    carry_out(machine_->take_output(now), now);
    if (auto_sync && !writes_.empty()) sync(now);
  }
}

void test_node::sync(time_point now, bool all) {
  while (machine_ && !writes_.empty()) {
    auto batch = std::move(writes_.front());
    writes_.erase(writes_.begin());
    disk.write(batch);
    for (auto& m : batch.messages_when_durable) send(std::move(m));
    machine_->log_written(batch.write, now);
    if (!all) return;
  }
}

void test_node::write_silently() {
  disk.write(writes_.front());
  writes_.erase(writes_.begin());
}

void test_node::fail_writes(time_point now) {
  writes_.clear();
  machine_->log_failed(now);
}

void test_node::carry_out(output&& out, time_point now) {
  if (out.leadership) {
    const auto& l = *out.leadership;
    say(std::string(to_string(l.role)) + " in term " + std::to_string(l.term) +
        (l.leader.empty() ? "" : ", leader " + l.leader.id));
  }
  if (out.members) say("members" + describe(out.members->value));
  for (auto& m : out.messages) send(std::move(m));
  for (const auto& read : out.reads) {
    say("read " + std::to_string(read.token) + " at index " + std::to_string(read.index));
    on_read(read);
  }
  for (auto token : out.failed_reads) say("read " + std::to_string(token) + " failed");
  for (const auto& d : out.dropped)
    say("dropped " + std::to_string(d.range.first) + ".." + std::to_string(d.range.last) + " of term " +
        std::to_string(d.term));
  if (out.transfer) say(*out.transfer ? "transfer done" : "transfer broken off");
  if (out.must_write) {
    std::string text = "writes";
    if (out.state) text += " term " + std::to_string(out.state->term) + " vote " + out.state->voted_for.id + ";";
    if (out.reset) text += " reset to " + std::to_string(out.reset->index) + "/" + std::to_string(out.reset->term);
    if (out.truncate_from) text += " truncate from " + std::to_string(*out.truncate_from) + ";";
    for (const auto& e : out.entries) text += " " + describe(*e);
    say(text);
  }
  if (out.must_write) on_write(out);
  auto chunks = std::move(out.chunks);
  auto requests = std::move(out.chunk_requests);
  auto apply = std::move(out.apply);
  if (out.must_write || !out.messages_when_durable.empty()) writes_.push_back(std::move(out));
  for (const auto& e : apply) {
    state.apply(*e);
    on_apply(*e);
  }
  if (!apply.empty()) {
    say("applies up to " + std::to_string(apply.back()->index));
    machine_->applied(apply.back()->index);
  }
  for (const auto& request : requests) serve_chunk(request, now);
  for (const auto& piece : chunks) store_chunk(piece, now);
}

void test_node::serve_chunk(const chunk_request& request, time_point now) {
  if (!disk.snapshot || disk.snapshot->id != request.snapshot) return machine_->snapshot_chunk_missing(request, now);
  auto data = disk.snapshot_bytes.substr(request.offset, request.max_bytes);
  auto done = request.offset + data.size() == disk.snapshot_bytes.size();
  machine_->snapshot_chunk_read(request, std::move(data), done, now);
}

void test_node::store_chunk(const chunk_received& piece, time_point now) {
  if (piece.offset == 0) incoming_.clear();
  PRAETOR_ASSERT(piece.offset == incoming_.size());
  incoming_ += piece.data;
  machine_->snapshot_chunk_stored(piece.meta.id, incoming_.size(), now);
  if (!piece.done) return;
  to_install_ = piece.meta;
  if (auto_install) finish_install(now);
}

void test_node::finish_install(time_point now) {
  if (!to_install_) return;
  auto meta = *std::exchange(to_install_, std::nullopt);
  disk.snapshot = meta;
  disk.snapshot_bytes = incoming_;
  state = applied_state::from(meta, incoming_);
  say("installs snapshot " + meta.id);
  on_install(meta);
  machine_->snapshot_installed(meta, now);
}

void test_node::take_snapshot() {
  if (state.index == 0 || (disk.snapshot && disk.snapshot->index >= state.index)) return;
  disk.snapshot_bytes = state.bytes();
  disk.snapshot = snapshot_meta{who.id + "-" + std::to_string(state.index),
                                state.index,
                                state.term,
                                state.time_ns,
                                state.members,
                                disk.snapshot_bytes.size()};
  machine_->snapshot_written(*disk.snapshot);
}

// ---- texts ---------------------------------------------------------------------------------------------------------

namespace {

std::string place(index_t index, term_t term) { return std::to_string(index) + "/" + std::to_string(term); }

struct body_text {
  std::ostringstream& out;

  void operator()(const vote_request& r) {
    out << (r.pre_vote ? "pre-vote?" : "vote?") << " log " << place(r.last_index, r.last_term);
    if (r.token.term != 0) out << ", successor in lease " << r.token.term << "." << r.token.epoch;
  }
  void operator()(const vote_result& r) {
    out << (r.pre_vote ? "pre-vote " : "vote ") << (r.granted ? "granted" : "refused") << " for term " << r.asked_term;
    if (r.promise_left.count() > 0)
      out << ", promised for " << std::chrono::duration_cast<std::chrono::milliseconds>(r.promise_left).count() << "ms";
  }
  void operator()(const append_request& r) {
    out << (r.entries.empty() ? "heartbeat" : "append") << " after " << place(r.prev_index, r.prev_term) << " commit "
        << r.commit;
    for (const auto& e : r.entries) out << " " << describe(*e);
  }
  void operator()(const append_result& r) {
    if (!r.rejected)
      out << "match " << r.match;
    else
      out << "no match at " << r.rejected_prev << ", try " << place(r.hint_index, r.hint_term);
  }
  void operator()(const snapshot_request& r) {
    out << "snapshot " << r.meta.id << " at " << r.offset << ": " << r.data.size() << " bytes"
        << (r.done ? ", the last" : "");
  }
  void operator()(const snapshot_result& r) {
    out << "snapshot " << r.id << (r.installed ? " installed" : " has " + std::to_string(r.offset));
  }
  void operator()(const timeout_now& r) { out << "campaign now, lease " << r.token.term << "." << r.token.epoch; }
};

} // namespace

std::string describe(const message& m) {
  std::ostringstream out;
  out << m.from.id << " -> " << m.to.id << " (" << m.term << ") ";
  std::visit(body_text{out}, m.body);
  return out.str();
}

std::string describe(const entry& e) {
  auto text = place(e.index, e.term);
  if (e.kind == entry_kind::barrier) return text + " barrier";
  if (e.kind == entry_kind::configuration) return text + " members" + describe(*decode_configuration(e.data));
  return text + " '" + e.data + "'";
}

std::string describe(const configuration& c) {
  std::string text;
  for (const auto& s : c.servers) text += " " + s.who.id + (s.voter ? "" : "(non-voter)");
  return text;
}

entry_ptr make_entry(index_t index, term_t term, std::string data) {
  return std::make_shared<const entry>(entry{index, term, entry_kind::command, 0, std::move(data)});
}

configuration voters(const std::vector<std::string>& ids) {
  configuration result;
  for (const auto& id : ids) result.servers.push_back({on_first_disk(id), id + ":8300", true});
  return result;
}

} // namespace praetor::raft::test
