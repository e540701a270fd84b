#include "cluster.hpp"
#include "storage/state/records.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

/// The chunk from `from` to `end`.
restore_request piece_of(const std::string& archive, std::size_t from, std::size_t end, std::string id = "r1") {
  restore_request r;
  r.id = std::move(id);
  r.offset = from;
  r.data.bytes = archive.substr(from, end - from);
  r.done = end == archive.size();
  return r;
}

} // namespace

TEST_CASE("an archive that came through the log in pieces takes the place of the state") {
  cluster source;
  source.kv("set", "kept", "from the archive");
  auto archive = archive_of(*source.now_published());
  cluster target;
  target.index = 100;
  target.kv("set", "gone", "x");
  auto before = target.now_published();
  auto middle = archive.size() / 2;
  CHECK(target.run(command_type::restore, piece_of(archive, 0, middle)).ok());
  CHECK(target.key("gone"));
  CHECK(target.now_published()->history() == before->history());
  CHECK(target.run(command_type::restore, piece_of(archive, middle, archive.size())).ok());
  auto after = target.now_published();
  CHECK_FALSE(target.key("gone"));
  REQUIRE(target.key("kept"));
  CHECK(target.key("kept")->value.bytes == "from the archive");
  CHECK(after->history() != before->history());
  CHECK(before->abandon_cell()->fired());
  CHECK(after->last_index() == 103);
  CHECK(after->log_index() == 103);
}

TEST_CASE("after an archive whose indexes are ahead of the log, changes are above all that is in it") {
  cluster source;
  source.index = 5000;
  source.kv("set", "old", "x");
  auto archive = archive_of(*source.now_published());
  cluster target;
  CHECK(target.run(command_type::restore, piece_of(archive, 0, archive.size())).ok());
  CHECK(target.now_published()->last_index() == 5002);
  CHECK(target.now_published()->log_index() == target.index);
  target.kv("set", "new", "y");
  CHECK(target.key("new")->modify_index == 5003);
  CHECK(target.now_published()->log_index() == target.index);

  // A server that installs this state as a snapshot evolves in the same way.
  auto copy = read_state(archive_of(*target.now_published(), record_scope::internal));
  REQUIRE(copy);
  CHECK(copy->index_offset == target.now_published()->tables().index_offset);
}

TEST_CASE("pieces in between are kept in Raft snapshots and not in archives") {
  cluster source;
  source.kv("set", "kept", "x");
  auto archive = archive_of(*source.now_published());
  cluster target;
  target.run(command_type::restore, piece_of(archive, 0, 5));
  target.run(command_type::restore, piece_of(archive, 5, 9));
  auto copy = read_state(archive_of(*target.now_published(), record_scope::internal));
  REQUIRE((copy && copy->staged));
  CHECK(copy->staged->size == 9);
  CHECK(copy->staged->id == "r1");
  auto exported = read_state(archive_of(*target.now_published()));
  REQUIRE(exported);
  CHECK_FALSE(exported->staged);
  copy->last_index = target.index;
  target.published.replace(*copy);
  CHECK(target.run(command_type::restore, piece_of(archive, 9, archive.size())).ok());
  CHECK(target.key("kept"));
}

TEST_CASE("of two restores at once the later one goes on; what can't be read changes nothing") {
  cluster target;
  target.kv("set", "here", "x");
  CHECK(target.run(command_type::restore, piece_of("0123456789", 0, 5, "first")).ok());
  CHECK(target.run(command_type::restore, piece_of("0123456789", 0, 5, "second")).ok());
  CHECK_FALSE(target.run(command_type::restore, piece_of("0123456789", 5, 10, "first")).ok());
  CHECK_FALSE(target.run(command_type::restore, piece_of("0123456789", 5, 10, "second")).ok());
  CHECK(target.key("here"));
  CHECK_FALSE(target.now_published()->tables().staged);
}
