#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"

#include "sim/checkers/contents.hpp"
#include "storage/snapshot/archive.hpp"
#include "storage/state/records.hpp"
#include "storage/state/transaction.hpp"

namespace praetor::sim {

namespace {

/// The average number of saves per restore.
constexpr std::uint64_t saves_a_restore = 3;

/// The values of the registers in an archive.
expected<contents> contents_of(const std::string& archive, const std::set<std::string>& names) {
  auto unpacked = storage::unpack_archive(archive);
  if (!unpacked) return tl::unexpected(unpacked.error());
  auto tables = state::read_state(unpacked->state);
  if (!tables) return tl::unexpected(tables.error());
  state::publication published;
  published.replace(*tables);
  return read_contents(*published.load(), names);
}

class snapshot_client final : public paced_client {
public:
  snapshot_client(laboratory& lab, duration pause) : paced_client(lab, "snapshot", pause) {}

private:
  void act() override {
    if (archive_.empty() || !lab.world.one_in(saves_a_restore)) return save();
    restore();
  }

  void save() {
    auto number = lab.begin(make("snapshot-save", "", "", {}));
    lab.ask("GET", "/v1/snapshot", "", [this, number](const reply& r) {
      if (r.ok()) {
        auto found = contents_of(r.body, lab.registers);
        if (!found) lab.find("snapshots", "a saved snapshot can't be read: " + found.error().text);
        if (found) {
          archive_ = r.body;
          saved_ = *found;
          for (const auto& [name, value] : saved_) lab.history.at(number).steps.push_back(holds(name, value));
        }
      }
      lab.finish(number, r.ok() ? outcome::ok : outcome::fail);
      next(!r.answered());
    });
  }

  void restore() {
    auto op = make("snapshot-restore", "", "", {});
    for (const auto& [name, value] : saved_) op.steps.push_back(sets(name, value));
    auto number = lab.begin(std::move(op));
    auto entry = lab.restores.size();
    lab.restores.emplace_back(lab.world.now(), duration::max());
    lab.holds.forget();
    lab.ask("PUT", "/v1/snapshot", archive_, [this, number, entry](const reply& r) {
      auto how = lab.judge(r);
      // Concurrent requests may have seen either state.
      if (how != outcome::unknown) lab.restores[entry].second = lab.world.now();
      lab.holds.forget();
      lab.finish(number, how);
      next(!r.answered());
    });
  }

  std::string archive_;
  contents saved_;
};

} // namespace

std::unique_ptr<client> make_snapshot_client(laboratory& lab, duration pause) {
  return std::make_unique<snapshot_client>(lab, pause);
}

} // namespace praetor::sim
