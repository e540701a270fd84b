#include "sim/machine.hpp"

#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace praetor::sim {

namespace {

/// The steady clock's time when a machine is created.
constexpr auto first_moment = machine::time_point{} + std::chrono::hours(1);
/// One in this many actor runs checks the length of the mailbox.
constexpr std::size_t mailboxes_looked_at = 64;

} // namespace

class machine::own_clock final : public caf::detail::test_actor_clock {
public:
  explicit own_clock(const machine& owner) : owner_(owner) {}
  time_point now() const noexcept override { return owner_.now(); }

private:
  const machine& owner_;
};

struct machine::config : caf::actor_system_config {
  explicit config(machine& owner) : owner(owner) {}
  machine& owner;
};

/// Notifies the world of new work.
class machine::coordinator final : public caf::scheduler::test_coordinator {
public:
  coordinator(caf::actor_system& system, machine& owner) : test_coordinator(system), owner_(owner), clock_(owner) {}
  own_clock& clock_of_machine() { return clock_; }
  caf::detail::test_actor_clock& clock() noexcept override { return clock_; }

protected:
  void enqueue(caf::resumable* job) override {
    jobs.push_back(job);
    owner_.touch();
  }

private:
  machine& owner_;
  own_clock clock_;
};

machine::machine(sim::world& world)
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

machine::~machine() {
  go_on();
  run_dry();
  PRAETOR_ASSERT(actors() == 0); // the actor system would wait for them forever
  world_.remove(*this);
  coordinator_ = nullptr;
  system_.reset();
}

machine::time_point machine::now() const {
  auto passed = world_.now() - world_since_;
  if (faster_ != 0) passed += duration{static_cast<std::int64_t>(static_cast<double>(passed.count()) * faster_)};
  return since_ + passed;
}

void machine::drift(double faster) {
  since_ = now();
  world_since_ = world_.now();
  faster_ = faster;
  touch();
}

void machine::pause() {
  paused_ = true;
  touch();
}

void machine::go_on() {
  paused_ = false;
  touch();
}

void machine::touch() {
  if (coordinator_) world_.look_at(*this);
}

std::size_t machine::jobs() const { return coordinator_->jobs.size(); }

duration machine::next_timer() const {
  const auto& schedule = coordinator_->clock_of_machine().schedule();
  if (schedule.empty()) return duration::max();
  auto wait = schedule.begin()->first - since_;
  // Rounded so that the machine's own clock has reached the time when the world's has.
  if (faster_ != 0)
    wait = duration{static_cast<std::int64_t>(std::ceil(static_cast<double>(wait.count()) / (1 + faster_))) + 2};
  return world_since_ + wait;
}

void machine::run_timer() {
  coordinator_->clock_of_machine().trigger_timeout();
  touch();
}

void machine::run_job(std::size_t chosen) {
  auto& jobs = coordinator_->jobs;
  std::swap(jobs[0], jobs[chosen]);
  if (++run_ % mailboxes_looked_at == 0 && jobs[0]->subtype() == caf::resumable::scheduled_actor)
    longest_mailbox_ = std::max(longest_mailbox_, static_cast<caf::scheduled_actor*>(jobs[0])->mailbox().size());
  coordinator_->try_run_once();
  touch();
}

void machine::run_dry() {
  do {
    while (jobs() > 0) run_job(world_.below(jobs()));
    coordinator_->clock_of_machine().cancel_all();
  } while (jobs() > 0);
  touch();
}

} // namespace praetor::sim
