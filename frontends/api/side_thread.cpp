#include "frontends/api/side_thread.hpp"

#include "protocol/actors.hpp"

#include <mutex>

namespace praetor::api {

namespace {

using worker_actor = caf::typed_actor<
    // Run this task.
    caf::reacts_to<execute_atom, local<std::function<void()>>>>;

/// Held while a task runs.
struct gate {
  std::mutex mutex;
  bool closed = false;
};

worker_actor::behavior_type worker(worker_actor::pointer, std::shared_ptr<gate> entrance) {
  return {
      [entrance = std::move(entrance)](execute_atom, local<std::function<void()>>& work) {
        std::lock_guard lock(entrance->mutex);
        if (!entrance->closed) work.value();
        work.value = nullptr;
      },
  };
}

} // namespace

struct side_thread::implementation {
  caf::actor_system& system;
  bool detach;
  std::shared_ptr<gate> entrance = std::make_shared<gate>();
  std::once_flag started;
  worker_actor actor;
};

side_thread::side_thread(caf::actor_system& system, bool detach)
    : impl_(new implementation{.system = system, .detach = detach, .started = {}, .actor = {}}) {}

side_thread::~side_thread() {
  std::lock_guard lock(impl_->entrance->mutex);
  impl_->entrance->closed = true;
  if (impl_->actor) caf::anon_send_exit(impl_->actor, caf::exit_reason::user_shutdown);
}

void side_thread::run(std::function<void()> work) {
  std::call_once(impl_->started, [this] {
    auto& i = *impl_;
    i.actor = i.detach ? i.system.spawn<caf::detached + caf::hidden>(worker, i.entrance)
                       : i.system.spawn<caf::hidden>(worker, i.entrance);
  });
  caf::anon_send(impl_->actor, execute_atom_v, local<std::function<void()>>{std::move(work)});
}

} // namespace praetor::api
