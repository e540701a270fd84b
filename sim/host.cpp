#include "sim/host.hpp"

#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace praetor::sim {

namespace {

/// The steady clock's time when a host is created.
constexpr auto first_moment = host::time_point{} + std::chrono::hours(1);
/// One in this many actor runs checks the length of the mailbox.
constexpr std::size_t mailboxes_looked_at = 64;

} // namespace

class host::own_clock final : public caf::detail::test_actor_clock {
public:
  explicit own_clock(const host& owner) : owner_(owner) {}
  time_point now() const noexcept override { return owner_.now(); }

private:
  const host& owner_;
};

struct host::config : caf::actor_system_config {
  explicit config(host& owner) : owner(owner) {}
  host& owner;
};

/// Notifies the world of new work.
class host::coordinator final : public caf::scheduler::test_coordinator {
public:
  coordinator(caf::actor_system& system, host& owner) : test_coordinator(system), owner_(owner), clock_(owner) {}
  own_clock& clock_of_machine() { return clock_; }
  caf::detail::test_actor_clock& clock() noexcept override { return clock_; }

protected:
  void enqueue(caf::resumable* job) override {
    jobs.push_back(job);
    owner_.touch();
  }

private:
  host& owner_;
  own_clock clock_;
};

host::host(sim::world& world)
    : world_(world), due_(duration::max()), since_(first_moment), world_since_(world.now()),
      config_(std::make_unique<config>(*this)) {
  config_->set("scheduler.policy", caf::atom("testing"));
  config_->add_message_types<caf::id_block::praetor>();
  config_->module_factories.push_back([this](caf::actor_system& system) -> caf::actor_system::module* {
    coordinator_ = new coordinator(system, *this); // the system owns it
    return coordinator_;
  });
  world_.add(*this);
  system_ = std::make_unique<caf::actor_system>(*config_);
}

host::~host() {
  go_on();
  run_dry();
  PRAETOR_ASSERT(actors() == 0); // the actor system would wait for them forever
  world_.remove(*this);
  coordinator_ = nullptr;
  system_.reset();
}

host::time_point host::now() const {
  auto passed = world_.now() - world_since_;
  if (faster_ != 0) passed += duration{static_cast<std::int64_t>(static_cast<double>(passed.count()) * faster_)};
  return since_ + passed;
}

void host::drift(double faster) {
  since_ = now();
  world_since_ = world_.now();
  faster_ = faster;
  touch();
}

void host::pause() {
  paused_ = true;
  touch();
}

void host::go_on() {
  paused_ = false;
  touch();
}

void host::touch() {
  if (coordinator_) world_.look_at(*this);
}

std::size_t host::jobs() const { return coordinator_->jobs.size(); }

duration host::next_timer() const {
  const auto& schedule = coordinator_->clock_of_machine().schedule();
  if (schedule.empty()) return duration::max();
  auto wait = schedule.begin()->first - since_;
  // Rounded so that the host's own clock has reached the time when the world's has.
  if (faster_ != 0)
    wait = duration{static_cast<std::int64_t>(std::ceil(static_cast<double>(wait.count()) / (1 + faster_))) + 2};
  return world_since_ + wait;
}

void host::run_timer() {
  coordinator_->clock_of_machine().trigger_timeout();
  touch();
}

void host::run_job(std::size_t chosen) {
  auto& jobs = coordinator_->jobs;
  std::swap(jobs[0], jobs[chosen]);
  if (++run_ % mailboxes_looked_at == 0 && jobs[0]->subtype() == caf::resumable::scheduled_actor)
    longest_mailbox_ = std::max(longest_mailbox_, static_cast<caf::scheduled_actor*>(jobs[0])->mailbox().size());
  coordinator_->try_run_once();
  touch();
}

void host::run_dry() {
  do {
    while (jobs() > 0) run_job(world_.below(jobs()));
    coordinator_->clock_of_machine().cancel_all();
  } while (jobs() > 0);
  touch();
}

} // namespace praetor::sim
