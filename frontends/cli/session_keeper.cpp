#include "frontends/cli/session_keeper.hpp"

namespace praetor::cli {

namespace {

constexpr std::chrono::seconds session_ttl{15};

} // namespace

expected<std::unique_ptr<session_keeper>> session_keeper::create(const agent_client& client, const std::string& name,
                                                                 const std::string& behavior, cancellation* cancel) {
  auto own = client.clone();
  if (!own) return tl::make_unexpected(own.error());
  go_json body{{"Name", name}, {"TTL", std::to_string(session_ttl.count()) + "s"}, {"Behavior", behavior}};
  auto answer = (*own)->json(put_json("/v1/session/create", body), cancel);
  if (!answer) return fail("failed to create session: " + answer.error().text);
  return std::unique_ptr<session_keeper>(new session_keeper(std::move(*own), text_of(answer->body, "ID")));
}

session_keeper::session_keeper(std::unique_ptr<agent_client> client, std::string id)
    : client_(std::move(client)), id_(std::move(id)), thread_([this] { renew_until_closed(); }) {}

session_keeper::~session_keeper() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  interrupted_.cancel();
  thread_.join();
  (void)client_->ok(put("/v1/session/destroy/" + id_));
}

void session_keeper::renew_until_closed() {
  std::unique_lock lock(mutex_);
  auto pause = session_ttl / 2;
  while (!changed_.wait_for(lock, pause, [&] { return closing_; })) {
    lock.unlock();
    auto renewed = client_->raw(put("/v1/session/renew/" + id_), &interrupted_);
    lock.lock();
    if (renewed && renewed->status == 404) return; // it expired; the lock's watcher detects that
    pause = renewed ? session_ttl / 2 : std::chrono::seconds{1};
  }
}

} // namespace praetor::cli
