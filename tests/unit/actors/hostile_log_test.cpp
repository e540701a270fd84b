#include "actors/raft/apply_batch.hpp"
#include "actors/raft/state_machine.hpp"
#include "stage.hpp"
#include "storage/state/queries_kv.hpp"
#include "tests/unit/raft_log/scratch.hpp"
#include "tests/unit/state/entry_trial.hpp"

using namespace praetor;

namespace {

std::vector<std::string> hostile_entries() {
  register_request r;
  r.node = "n";
  r.checks = {nullptr};
  ca_request ca;
  ca.op = "set-roots";
  ca.roots = {nullptr};
  kv_request unknown;
  unknown.op = "steal";
  return {std::string(1, '\0'),
          std::string("\x3c\x80", 2),
          std::string("\x02\xdd\xff\xff\xff\xff", 6),
          "\x07 of a kind without meaning",
          pack_command(command_type::register_node, r),
          pack_command(command_type::connect_ca, ca),
          pack_command(command_type::acl_token_set, acl_token_set_request{{nullptr}}),
          pack_command(command_type::kvs, unknown)};
}

} // namespace

TEST_CASE("a server whose log holds hostile entries starts, passes over them and applies what follows") {
  scratch::directory dir;
  auto entries = hostile_entries();
  kv_request write;
  write.op = "set";
  write.entry.key = "k";
  entries.push_back(pack_command(command_type::kvs, write));
  {
    auto log = storage::rocksdb_log::open(scratch::settings(dir.path / "raft"));
    REQUIRE(log);
    storage::log_batch batch;
    for (std::size_t i = 0; i < entries.size(); ++i) batch.entries.push_back(scratch::make_entry(i + 1, 1, entries[i]));
    REQUIRE((*log)->write(batch));
    REQUIRE((*log)->sync());
  }
  auto log = storage::rocksdb_log::open(scratch::settings(dir.path / "raft"));
  REQUIRE(log);
  auto lines = std::make_shared<kept_lines>();
  auto outside = std::make_shared<ports>();
  outside->log_lines = lines;
  outside->fatal = [](const std::string& why) { FAIL(why); };
  state_machine_state machine;
  machine.outside = outside;
  machine.view = std::make_shared<published_state>();
  apply_batch batch;
  batch.entries = (*log)->entries(1, entries.size(), 1 << 20);
  REQUIRE(batch.entries.size() == entries.size());
  batch.waiting.resize(batch.entries.size());
  machine.execute(batch);
  auto store = machine.view->state.load();
  CHECK(store->log_index() == entries.size());
  CHECK(state::kv_get(*store, "k", nullptr).value);
  CHECK(store->tables().nodes.empty());
  CHECK(lines->count("passed over an entry of the Raft log") >= 1);
  CHECK(lines->count("index=1 ") == 1);
}
