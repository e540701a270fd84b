#include "frontends/cli/held_lock.hpp"

#include "frontends/cli/path.hpp"
#include "protocol/codec/base64.hpp"

#include <set>

namespace praetor::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The flags with which Consul's Go client marks its entries (LockFlagValue in api/lock.go).
constexpr std::uint64_t lock_flags = 0x2ddccbc058a50c18;
constexpr std::uint64_t semaphore_flags = 0xe0f69a2baa414de0;

constexpr milliseconds longest_wait{15'000};
constexpr milliseconds lock_delay_pause{5'000};
constexpr milliseconds monitor_pause{1'000};

/// One key, locked by one session.
class single_lock final : public held_lock {
public:
  single_lock(agent_client& client, lock_settings settings)
      : held_lock(client, std::move(settings)), key_(join_path(settings_.prefix, ".lock")) {}

private:
  expected<attempt> try_once(std::uint64_t index, milliseconds wait, cancellation& stop) override {
    auto before = read_keys(client_, key_, false, index, wait, &stop);
    if (!before) return fail("failed to read lock: " + before.error().text);
    if (auto checked = check(*before); !checked) return tl::make_unexpected(checked.error());
    auto holder = holder_of(*before);
    if (holder == session_->id()) return attempt{true, 0};
    if (!holder.empty()) return attempt{false, before->index};
    auto won = write_key(key_, "", lock_flags, "acquire", session_->id(), &stop);
    if (!won) return fail("failed to acquire lock: " + won.error().text);
    if (*won) return attempt{true, 0};
    // Not acquired: another client was faster, or the last holder's lock delay is running.
    auto after = read_keys(client_, key_, false, 0, wait, &stop);
    if (!after) return fail("failed to read lock: " + after.error().text);
    return attempt{false, holder_of(*after).empty() ? 0 : after->index};
  }

  expected<bool> still_held(agent_client& client, std::uint64_t& index, cancellation& stop) override {
    auto now = read_keys(client, key_, false, index, longest_wait, &stop);
    if (!now) return tl::make_unexpected(now.error());
    index = now->index;
    return holder_of(*now) == session_->id();
  }

  expected<void> give_back() override {
    auto done = write_key(key_, "", lock_flags, "release", session_->id());
    if (!done) return fail("failed to release lock: " + done.error().text);
    return {};
  }

  expected<cleanup_result> clean_up() override {
    auto now = read_keys(client_, key_, false, 0, longest_wait, nullptr);
    if (!now) return fail("failed to read lock: " + now.error().text);
    if (now->pairs.empty()) return cleanup_result::removed;
    if (auto checked = check(*now); !checked) return tl::make_unexpected(checked.error());
    if (!holder_of(*now).empty()) return cleanup_result::still_in_use;
    auto removed = delete_key(key_, number_of(now->pairs.front(), "ModifyIndex"));
    if (!removed) return fail("failed to remove lock entry: " + removed.error().text);
    return *removed ? cleanup_result::removed : cleanup_result::still_in_use;
  }

  static std::string holder_of(const kv_read& read) {
    return read.pairs.empty() ? std::string{} : text_of(read.pairs.front(), "Session");
  }
  static expected<void> check(const kv_read& read) {
    if (!read.pairs.empty() && number_of(read.pairs.front(), "Flags") != lock_flags)
      return fail("Existing key does not match lock use");
    return {};
  }

  std::string key_;
};

/// A list of holders in one key, and an entry per contender that its session keeps alive.
class semaphore final : public held_lock {
public:
  semaphore(agent_client& client, lock_settings settings)
      : held_lock(client, std::move(settings)), key_(join_path(settings_.prefix, ".lock")) {}

private:
  struct contents {
    std::set<std::string> holders; ///< without those whose session is gone
    std::uint64_t limit = 0, modify_index = 0, index = 0;
    bool exists = false;
  };

  std::string contender_key() const { return join_path(settings_.prefix, session_->id()); }

  expected<contents> load(agent_client& client, std::uint64_t index, milliseconds wait, cancellation* stop) const {
    auto read = read_keys(client, settings_.prefix + "/", true, index, wait, stop);
    if (!read) return tl::unexpected(with_context("failed to read prefix", read.error()));
    contents result;
    result.index = read->index;
    std::set<std::string> alive;
    go_json state;
    for (auto& pair : read->pairs) {
      if (auto session = text_of(pair, "Session"); !session.empty()) alive.insert(session);
      if (text_of(pair, "Key") != key_) continue;
      if (number_of(pair, "Flags") != semaphore_flags) return fail("Existing key does not match semaphore use");
      auto decoded = base64_decode(text_of(pair, "Value"));
      auto parsed = parse_json(decoded.value_or("{}"));
      if (!parsed) return fail("lock decoding failed: " + parsed.error().text);
      state = *parsed;
      result.exists = true;
      result.modify_index = number_of(pair, "ModifyIndex");
    }
    result.limit = result.exists ? number_of(state, "Limit") : static_cast<std::uint64_t>(settings_.limit);
    if (auto& holders = member_of(state, "Holders"); holders.is_object())
      for (auto& [session, held] : holders.items())
        if (alive.contains(session)) result.holders.insert(session);
    return result;
  }

  expected<bool> store(const contents& state, cancellation* stop = nullptr) {
    go_json body{{"Limit", state.limit}, {"Holders", go_json::object()}};
    for (auto& session : state.holders) body["Holders"][session] = true;
    return write_key(key_, dump_json(body), semaphore_flags, "cas", std::to_string(state.modify_index), stop);
  }

  expected<void> enter() override {
    auto made = write_key(contender_key(), "", semaphore_flags, "acquire", session_->id());
    if (!made) return fail("failed to make contender entry: " + made.error().text);
    if (!*made) return fail("failed to make contender entry");
    return {};
  }

  expected<attempt> try_once(std::uint64_t index, milliseconds wait, cancellation& stop) override {
    auto state = load(client_, index, wait, &stop);
    if (!state) return tl::make_unexpected(state.error());
    if (state->limit != static_cast<std::uint64_t>(settings_.limit))
      return fail("semaphore limit conflict (lock: " + std::to_string(state->limit) +
                  ", local: " + std::to_string(settings_.limit) + ")");
    if (state->holders.contains(session_->id())) return attempt{true, 0};
    if (state->holders.size() >= state->limit) return attempt{false, state->index};
    state->holders.insert(session_->id());
    auto won = store(*state, &stop);
    if (!won) return fail("failed to update lock: " + won.error().text);
    // After a lost race the entry's index has already advanced, so the next read returns at once.
    return attempt{*won, state->index};
  }

  expected<bool> still_held(agent_client& client, std::uint64_t& index, cancellation& stop) override {
    auto state = load(client, index, longest_wait, &stop);
    if (!state) return tl::make_unexpected(state.error());
    index = state->index;
    return state->holders.contains(session_->id());
  }

  expected<void> give_back() override {
    for (;;) {
      auto state = load(client_, 0, longest_wait, nullptr);
      if (!state) return tl::make_unexpected(state.error());
      if (state->holders.erase(session_->id()) == 0) break;
      auto done = store(*state);
      if (!done) return fail("failed to update lock: " + done.error().text);
      if (*done) break;
    }
    auto request = get("/v1/kv/" + contender_key());
    request.method = "DELETE";
    auto removed = client_.ok(std::move(request));
    if (!removed) return tl::make_unexpected(removed.error());
    return {};
  }

  expected<cleanup_result> clean_up() override {
    auto state = load(client_, 0, longest_wait, nullptr);
    if (!state) return tl::make_unexpected(state.error());
    if (!state->exists) return cleanup_result::removed;
    if (!state->holders.empty()) return cleanup_result::still_in_use;
    auto removed = delete_key(key_, state->modify_index);
    if (!removed) return fail("failed to remove semaphore entry: " + removed.error().text);
    return *removed ? cleanup_result::removed : cleanup_result::still_in_use;
  }

  std::string key_;
};

} // namespace

std::unique_ptr<held_lock> held_lock::make(agent_client& client, lock_settings settings) {
  if (settings.limit == 1) return std::make_unique<single_lock>(client, std::move(settings));
  return std::make_unique<semaphore>(client, std::move(settings));
}

held_lock::~held_lock() { stop_monitoring(); }

void held_lock::stop_monitoring() {
  monitor_stop_.cancel();
  if (monitor_thread_.joinable()) monitor_thread_.join();
}

expected<bool> held_lock::acquire(cancellation& stop, std::function<void()> on_lost) {
  auto session =
      session_keeper::create(client_, settings_.session_name, settings_.limit == 1 ? "release" : "delete", &stop);
  if (stop.cancelled()) return false;
  if (!session) return tl::make_unexpected(session.error());
  session_ = std::move(*session);
  if (auto entered = enter(); !entered) return tl::make_unexpected(entered.error());
  auto started = steady_clock::now();
  auto left = [&] {
    if (settings_.wait.count() == 0) return longest_wait;
    return std::chrono::duration_cast<milliseconds>(settings_.wait - (steady_clock::now() - started));
  };
  std::uint64_t index = 0;
  for (bool first = true; first || left().count() > 0; first = false) {
    auto tried = try_once(index, left(), stop);
    if (stop.cancelled()) return false;
    if (!tried) return tl::make_unexpected(tried.error());
    if (tried->held) {
      auto own = client_.clone();
      if (!own) return tl::make_unexpected(own.error());
      monitor_client_ = std::move(*own);
      monitor_thread_ = std::thread([this, on_lost] { monitor(on_lost); });
      return true;
    }
    index = tried->index;
    if (index == 0 && stop.wait_for(std::min(lock_delay_pause, left()))) return false;
  }
  return false;
}

void held_lock::monitor(std::function<void()> on_lost) {
  std::uint64_t index = 0;
  int retries = settings_.monitor_retries;
  while (!monitor_stop_.cancelled()) {
    auto held = still_held(*monitor_client_, index, monitor_stop_);
    if (monitor_stop_.cancelled()) return;
    if (held && *held) {
      retries = settings_.monitor_retries;
      continue;
    }
    bool server_trouble = !held && is_server_error(held.error());
    if (server_trouble && retries-- > 0 && !monitor_stop_.wait_for(monitor_pause)) {
      index = 0;
      continue;
    }
    if (!monitor_stop_.cancelled()) on_lost();
    return;
  }
}

expected<void> held_lock::release() {
  stop_monitoring();
  auto done = give_back();
  session_.reset();
  return done;
}

expected<held_lock::kv_read> held_lock::read_keys(agent_client& client, const std::string& key, bool recurse,
                                                  std::uint64_t index, milliseconds wait, cancellation* stop) {
  auto request = get("/v1/kv/" + key);
  if (recurse) request.query["recurse"] = "";
  if (index != 0) request.query["index"] = std::to_string(index);
  request.query["wait"] = std::to_string(wait.count()) + "ms";
  auto response = client.raw(std::move(request), stop);
  if (!response) return tl::make_unexpected(response.error());
  kv_read result;
  result.index = std::strtoull(response->headers["x-consul-index"].c_str(), nullptr, 10);
  if (response->status == 404) return result;
  if (response->status != 200) return tl::make_unexpected(unexpected_status(*response));
  auto body = parse_json(response->body);
  if (!body) return tl::make_unexpected(body.error());
  result.pairs = std::move(*body);
  return result;
}

expected<bool> held_lock::write_key(const std::string& key, const std::string& value, std::uint64_t flags,
                                    const std::string& condition, const std::string& operand, cancellation* stop) {
  auto request = put("/v1/kv/" + key, value);
  request.query["flags"] = std::to_string(flags);
  request.query[condition] = operand;
  auto response = client_.ok(std::move(request), stop);
  if (!response) return tl::make_unexpected(response.error());
  return response->body.find("true") != std::string::npos;
}

expected<bool> held_lock::delete_key(const std::string& key, std::uint64_t modify_index) {
  auto request = get("/v1/kv/" + key);
  request.method = "DELETE";
  request.query["cas"] = std::to_string(modify_index);
  auto response = client_.ok(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  return response->body.find("true") != std::string::npos;
}

} // namespace praetor::cli
