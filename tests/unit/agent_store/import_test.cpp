// data/consul is part of a data_dir written by Consul 1.19.2.
#include "protocol/codec/json_write.hpp"
#include "storage/agent_store/import.hpp"
#include "storage/agent_store/memory_agent_store.hpp"
#include "storage/agent_store/persisted.hpp"
#include "storage/files/files.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <stdlib.h>

using namespace praetor;
using namespace praetor::storage;
namespace fs = std::filesystem;

namespace {

struct scratch_directory {
  scratch_directory() {
    auto pattern = (fs::temp_directory_path() / "praetor-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~scratch_directory() { fs::remove_all(path); }
  fs::path path;
};

void put_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// An unset list is `null` there and empty here; both decode to the same value.
std::string with_empty_for_null(std::string text) {
  constexpr std::string_view from = "Tags\":null", to = "Tags\":[]";
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from)) text.replace(at, from.size(), to);
  return text;
}

const fs::path consul_files = fs::path(PRAETOR_TEST_DATA) / "consul";

} // namespace

TEST_CASE("what Consul persisted is taken over once, and kept in the very same JSON") {
  memory_agent_store store;
  std::vector<std::string> warnings;
  auto warn = [&](const std::string& text) { warnings.push_back(text); };
  auto report = import_consul_files(store, consul_files, warn);
  REQUIRE(report);
  CHECK(report->services == 3);
  CHECK(report->service_configs == 1);
  CHECK(report->checks == 6);
  CHECK(report->check_states == 1);
  CHECK(report->skipped == 0);
  CHECK(warnings.empty());

  for (auto [table, folder] : {std::pair{agent_table::services, "services"}, std::pair{agent_table::checks, "checks"},
                               std::pair{agent_table::check_states, "checks/state"}}) {
    std::vector<std::string> ours;
    auto records = store.load(table);
    for (auto& record : *records) ours.push_back(record.value);
    std::vector<std::string> theirs;
    for (auto& file : fs::directory_iterator(consul_files / folder))
      if (file.is_regular_file()) theirs.push_back(with_empty_for_null(*read_file(file.path())));
    std::sort(ours.begin(), ours.end());
    std::sort(theirs.begin(), theirs.end());
    REQUIRE(ours.size() == theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) CHECK(ours[i] == theirs[i]);
  }
  CHECK(store.get(agent_table::server_metadata, "server_metadata")->has_value());

  store.crash(); // it was synced
  auto again = import_consul_files(store, consul_files, warn);
  REQUIRE(again);
  CHECK(again->done_before);
  CHECK(store.load(agent_table::services)->size() == 3);
}

TEST_CASE("the values of an import are usable") {
  memory_agent_store store;
  REQUIRE(import_consul_files(store, consul_files, nullptr));
  auto sidecar = read_service(**store.get(agent_table::services, "side-sidecar-proxy"));
  REQUIRE(sidecar);
  CHECK(sidecar->locally_registered_as_sidecar);
  CHECK(sidecar->service.locally_registered_as_sidecar);
  CHECK(sidecar->service.proxy.destination_service_name == "side");
  auto check = read_check(**store.get(agent_table::checks, "service:web-1:2"));
  REQUIRE(check);
  auto definition = from_persisted(check->check_type);
  CHECK(definition.http == "http://x/");
  CHECK(definition.interval == std::chrono::seconds(10));
  CHECK(definition.header.at("A") == string_list{"b"});
  CHECK_FALSE(definition.failures_before_warning.has_value());
  CHECK(to_persisted(definition) == check->check_type);
  auto ping = read_check(**store.get(agent_table::checks, "os"));
  REQUIRE(ping);
  CHECK(from_persisted(ping->check_type).h2ping_use_tls == true);
  CHECK(from_persisted(ping->check_type).failures_before_warning == 2);
  auto state = read_check_state(**store.get(agent_table::check_states, "ttl1"));
  REQUIRE(state);
  CHECK(state->output == "hello");
  CHECK(state->expires == 1795216502);
}

TEST_CASE("each field of a check definition is stored, but for token and service") {
  check_definition whole;
  check_definition::fields(
      []<class Member>(const field& f, Member& member) {
        if (f.name == "CheckID" || f.name == "Args" || f.name == "Token" || f.name == "ServiceID") return;
        if constexpr (std::is_same_v<Member, std::string>)
          member = "text";
        else if constexpr (std::is_same_v<Member, string_list>)
          member = {"text"};
        else if constexpr (std::is_same_v<Member, std::map<std::string, string_list>>)
          member["name"] = {"text"};
        else if constexpr (std::is_same_v<Member, std::optional<bool>>)
          member = true;
        else
          member = Member{1};
      },
      whole);
  persisted_check kept;
  kept.check_type = to_persisted(whole);
  auto read = read_check(*put(kept).value);
  REQUIRE(read);
  CHECK(from_persisted(read->check_type) == whole);
}

TEST_CASE("an import leaves out what it must not take over") {
  scratch_directory dir;
  auto& data = dir.path;
  put_file(data / "services/aa", R"({"Token":"t","Service":{"ID":"good","Service":"s"},"Source":""})");
  put_file(data / "services/bb", R"({"Service":{"ID":"odd","Service":"s"},"Source":"moon"})");
  put_file(data / "services/cc", "{");
  put_file(data / "services/dd-123.tmp", "{");
  put_file(data / "services/eetmp", "{");
  put_file(data / "services/ff", R"({"Service":{"Service":"s"},"Source":"remote"})");
  put_file(data / "checks/aa", R"({"Check":{"CheckID":"c"},"ChkType":{"TTL":1000000000},"Source":"remote"})");
  put_file(data / "checks/bb", R"({"Check":{"CheckID":"d"},"Source":"moon"})");
  put_file(data / "checks/state/aa", "no");
  put_file(data / "acl-tokens.json", R"({"agent":"secret"})");
  put_file(data / "server_metadata.json", "[]");

  memory_agent_store store;
  std::vector<std::string> warnings;
  auto report = import_consul_files(store, data, [&](const std::string& text) { warnings.push_back(text); });
  REQUIRE(report);
  CHECK(report->services == 1);
  CHECK(report->checks == 1);
  CHECK(report->skipped == 6);
  REQUIRE(warnings.size() == 6);
  CHECK_THAT(warnings[0], Catch::Contains("services/bb: unknown source \"moon\""));
  CHECK(store.load(agent_table::services)->front().key == "good");
  CHECK(*store.get(agent_table::acl_tokens, "acl-tokens") == R"({"agent":"secret"})");
  CHECK(fs::exists(data / "services/aa"));
}

TEST_CASE("a fresh data directory has nothing to import") {
  scratch_directory dir;
  memory_agent_store store;
  auto report = import_consul_files(store, dir.path / "none", nullptr);
  REQUIRE(report);
  CHECK(report->services + report->checks + report->skipped == 0);
}

TEST_CASE("the node id stays in its file") {
  scratch_directory dir;
  auto data = dir.path / "data";
  auto file = data / "node-id";
  CHECK(*keep_node_id(data, "AEB32ADD-4b97-b7fd-fce8-0474584a56f0") == "aeb32add-4b97-b7fd-fce8-0474584a56f0");
  CHECK(*read_file(file) == "aeb32add-4b97-b7fd-fce8-0474584a56f0");
  CHECK((fs::status(file).permissions() & fs::perms::all) == fs::perms(0600));
  CHECK(*keep_node_id(data, "00000000-0000-0000-0000-000000000000") == "aeb32add-4b97-b7fd-fce8-0474584a56f0");
  put_file(file, "  AEB32ADD-4b97-b7fd-fce8-0474584a56f1\n");
  CHECK(*keep_node_id(data, "x") == "aeb32add-4b97-b7fd-fce8-0474584a56f1");
  auto problem = [&](const std::string& text) {
    put_file(file, text);
    auto kept = keep_node_id(data, "x");
    REQUIRE_FALSE(kept);
    return kept.error().text;
  };
  auto start = "NodeID in " + file.string() + " is invalid: ";
  CHECK(problem("zzz") == start + "uuid string is wrong length");
  CHECK(problem("") == start + "uuid string is wrong length");
  CHECK(problem("aeb32add-4b97-b7fd-fce8-0474584a56zz") == start + "encoding/hex: invalid byte: U+007A 'z'");
  CHECK(problem("aeb32addx4b97-b7fd-fce8-0474584a56f0") == start + "uuid is improperly formatted");
}
