#include "protocol/mutation.hpp"

#include "source_rules.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <random>

using namespace praetor::layout;
namespace fs = std::filesystem;

namespace {

/// A small temporary source tree.
class scratch_tree {
public:
  scratch_tree() {
    std::random_device random;
    root_ = fs::temp_directory_path() / ("praetor-layout-" + std::to_string(random()) + std::to_string(random()));
    fs::create_directories(root_);
  }
  ~scratch_tree() { fs::remove_all(root_); }
  scratch_tree(const scratch_tree&) = delete;

  const fs::path& root() const { return root_; }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

private:
  fs::path root_;
};

} // namespace

TEST_CASE("the sources include in one direction only") { CHECK(describe(wrong_includes(PRAETOR_SOURCE_DIR)) == ""); }

TEST_CASE("no clock, thread or random device hides in what is deterministic") {
  CHECK(describe(hidden_inputs(PRAETOR_SOURCE_DIR)) == "");
}

TEST_CASE("protocol does no input or output") { CHECK(describe(input_output_in_protocol(PRAETOR_SOURCE_DIR)) == ""); }

TEST_CASE("no header includes the whole JSON library") { CHECK(describe(heavy_headers(PRAETOR_SOURCE_DIR)) == ""); }

TEST_CASE("all actors are typed and none blocks") { CHECK(describe(untyped_actors(PRAETOR_SOURCE_DIR)) == ""); }

TEST_CASE("nothing decides by the text of an error") { CHECK(describe(decisions_by_text(PRAETOR_SOURCE_DIR)) == ""); }

TEST_CASE("every deliberate bug stands at one place and names what finds it") {
  CHECK(describe(unproven_mutations(PRAETOR_SOURCE_DIR, praetor::mutation_names)) == "");
}

TEST_CASE("a deliberate bug without a place or a row, one with two, and a row without a bug are found") {
  scratch_tree tree;
  tree.write("actors/a.cpp", "if (mutated(mutation::one) || mutated(mutation::two)) return;\n\n"
                             "mutated(mutation::three);  // as mutated(mutation::one)\n");
  tree.write("sim/b.cpp", "\nmutated(mutation::three);\n");
  tree.write("tests/sim/mutations/list.txt",
             "# NAME SCENARIOS WHAT\none a,b what\nthree test_c what\n\nfour d what\nfive e what\none f what\n");
  constexpr std::string_view names[] = {"one", "two", "three", "four"};
  CHECK(unproven_mutations(tree.root(), names) ==
        std::vector<finding>{
            {"tests/sim/mutations/list.txt", 3, "test_c is no folder of tests/unit"},
            {"tests/sim/mutations/list.txt", 6, "five is not in protocol/mutation.hpp"},
            {"tests/sim/mutations/list.txt", 7, "one stands a second time in tests/sim/mutations/list.txt"},
            {"protocol/mutation.hpp", 0, "two stands nowhere in tests/sim/mutations/list.txt"},
            {"sim/b.cpp", 2, "three stands a second time in the sources"},
            {"protocol/mutation.hpp", 0, "four stands nowhere in the sources"}});
}

TEST_CASE("an include of a later layer is found") {
  scratch_tree tree;
  tree.write("protocol/types/a.hpp", "#pragma once\n");
  tree.write("storage/b.hpp", "#include \"protocol/types/a.hpp\"\n#include <actors/c.hpp>\n");
  tree.write("actors/c.hpp", "#include \"storage/b.hpp\"\n");
  tree.write("frontends/api/d.cpp", "#include \"actors/c.hpp\"\n");
  CHECK(describe(wrong_includes(tree.root())) == "");

  tree.write("protocol/types/bad.hpp", "// one\n#  include \"storage/b.hpp\"\n");
  tree.write("storage/bad.cpp", "#include \"protocol/types/a.hpp\"\n#include \"frontends/api/d.cpp\"\n");
  CHECK(wrong_includes(tree.root()) ==
        std::vector<finding>{{"protocol/types/bad.hpp", 2, "\"storage/b.hpp\" is in a later layer"},
                             {"storage/bad.cpp", 2, "\"frontends/api/d.cpp\" is in a later layer"}});
}

TEST_CASE("an include that is no path from the root, or leaves the layers, is found") {
  scratch_tree tree;
  tree.write("protocol/types/a.hpp", "#include \"b.hpp\"\n");
  tree.write("protocol/types/b.hpp", "");
  tree.write("tests/unit/t.hpp", "");
  tree.write("sim/world.hpp", "");
  tree.write("actors/c.cpp", "#include \"tests/unit/t.hpp\"\n#include \"sim/world.hpp\"\n");
  CHECK(wrong_includes(tree.root()) ==
        std::vector<finding>{{"protocol/types/a.hpp", 1, "\"b.hpp\" names no file from the root"},
                             {"actors/c.cpp", 1, "\"tests/unit/t.hpp\" is in none of the layers"},
                             {"actors/c.cpp", 2, "\"sim/world.hpp\" is in a later layer"}});
}

TEST_CASE("sockets stay out of what the simulator runs") {
  scratch_tree tree;
  tree.write("actors/ports.hpp", "");
  tree.write("actors/ports/tcp.hpp", "#include \"actors/ports.hpp\"\n");
  tree.write("frontends/http/server.hpp", "");
  tree.write("frontends/api/kv.hpp", "#include \"actors/ports.hpp\"\n");
  tree.write("frontends/process/agent.cpp",
             "#include \"actors/ports/tcp.hpp\"\n#include \"frontends/http/server.hpp\"\n");
  tree.write("sim/world.hpp", "#include \"frontends/api/kv.hpp\"\n");
  tree.write("frontends/simulation/command.cpp", "#include \"sim/world.hpp\"\n");
  CHECK(describe(wrong_includes(tree.root())) == "");

  tree.write("sim/bad.cpp", "#include \"actors/ports/tcp.hpp\"\n");
  tree.write("actors/bad.cpp", "#include \"actors/ports/tcp.hpp\"\n");
  tree.write("sim/worse.cpp", "#include \"frontends/http/server.hpp\"\n");
  tree.write("frontends/api/bad.cpp", "#include \"frontends/http/server.hpp\"\n#include \"sim/world.hpp\"\n");
  const std::string why = " brings sockets into what the simulator runs";
  CHECK(wrong_includes(tree.root()) ==
        std::vector<finding>{{"actors/bad.cpp", 1, "\"actors/ports/tcp.hpp\"" + why},
                             {"frontends/api/bad.cpp", 1, "\"frontends/http/server.hpp\" is in a later layer"},
                             {"frontends/api/bad.cpp", 2, "\"sim/world.hpp\" is in a later layer"},
                             {"sim/bad.cpp", 1, "\"actors/ports/tcp.hpp\"" + why},
                             {"sim/worse.cpp", 1, "\"frontends/http/server.hpp\" is in a later layer"}});
}

TEST_CASE("clocks, threads and randomness are found in code, not in comments and texts") {
  scratch_tree tree;
  tree.write("actors/ports/clock.cpp", "auto t = std::chrono::system_clock::now();\n");
  tree.write("storage/rocks/log.cpp", "std::thread flusher;\n");
  tree.write("protocol/raft/machine.cpp", "// not steady_clock::now\n/* std::thread\n */ auto s = \"random_device\";\n"
                                          "auto t = state.time(4); auto id = std::this_thread::get_id();\n");
  CHECK(describe(hidden_inputs(tree.root())) == "");

  tree.write("protocol/raft/bad.cpp", "int a = 1'000;\nauto t = std::chrono::steady_clock::now();\n");
  tree.write("storage/state/bad.cpp", "std::random_device r;\nlong t = time(nullptr);\n");
  tree.write("actors/bad.cpp", "std::thread t;\nstd::this_thread::sleep_for(1s);\n");
  std::vector<std::string> places;
  for (const auto& f : hidden_inputs(tree.root())) places.push_back(f.file + ":" + std::to_string(f.line));
  CHECK(places == std::vector<std::string>{"protocol/raft/bad.cpp:2", "storage/state/bad.cpp:1",
                                           "storage/state/bad.cpp:2", "actors/bad.cpp:1", "actors/bad.cpp:2"});
}

TEST_CASE("files, sockets and untyped actors are found") {
  scratch_tree tree;
  tree.write("protocol/config/bad.cpp", "#include <string>\n#include <fstream>\n#include <sys/socket.h>\n");
  tree.write("actors/good.hpp", "caf::actor_system& s; caf::actor_clock c; caf::actor_addr a;\n");
  tree.write("actors/bad.hpp", "caf::actor target;\ncaf::scoped_actor self;\n");
  CHECK(input_output_in_protocol(tree.root()).size() == 2);
  CHECK(untyped_actors(tree.root()).size() == 2);
}

TEST_CASE("a header that includes the whole JSON library is found") {
  scratch_tree tree;
  tree.write("protocol/a.hpp", "#include <nlohmann/json_fwd.hpp>\n# include <nlohmann/json.hpp>\n");
  tree.write("protocol/a.cpp", "#include <nlohmann/json.hpp>\n");
  tree.write("frontends/cli/a.hpp", "#include <nlohmann/json.hpp>\n");
  auto found = heavy_headers(tree.root());
  REQUIRE(found.size() == 1);
  CHECK(found[0].file == "protocol/a.hpp");
  CHECK(found[0].line == 2);
}

TEST_CASE("decisions by the text of an error are found") {
  scratch_tree tree;
  tree.write("actors/good.cpp", "// why.text == x\n"
                                "if (r.error().code == error_code::busy || why.text.empty()) log(r.error().text);\n"
                                "if (range.error() == raft::refusal::overloaded) return;\n"
                                "auto text = because + why.text; if (text.starts_with(prefix)) return;\n");
  CHECK(describe(decisions_by_text(tree.root())) == "");

  tree.write("actors/bad.cpp", "bool a = answer.error() == no_leader();\n"
                               "bool b = answer.error().text.find(\"ACL\") != npos;\n"
                               "bool c = answer.error() == error{\"No\", 500};\n"
                               "bool d = why.text == \"No cluster leader\";\n");
  tree.write("frontends/cli/bad.cpp", "bool a = failed->text.ends_with(\"EOF\");\n"
                                      "bool b = join_error.contains(\"10.0.0.1\");\n");
  tree.write("protocol/bad.hpp", "bool a = result.error().error.starts_with(\"x\");\n");
  tree.write("sim/bad.cpp", "bool a = refusal->error != \"x\";\n");
  tree.write("storage/state/bad.cpp", "bool a = last_error.text .rfind(\"x\", 0) == 0;\n");
  std::vector<std::string> places;
  for (const auto& f : decisions_by_text(tree.root())) places.push_back(f.file + ":" + std::to_string(f.line));
  CHECK(places == std::vector<std::string>{"protocol/bad.hpp:1", "storage/state/bad.cpp:1", "actors/bad.cpp:1",
                                           "actors/bad.cpp:2", "actors/bad.cpp:3", "actors/bad.cpp:4",
                                           "frontends/cli/bad.cpp:1", "frontends/cli/bad.cpp:2", "sim/bad.cpp:1"});
}

TEST_CASE("comments and literals are blanked, line by line") {
  CHECK(without_comments_and_literals("a // b\nc") == "a  \nc");
  CHECK(without_comments_and_literals("a /* b\n b */ c") == "a  \n c");
  CHECK(without_comments_and_literals("f(\"x\\\"y\", 'z')") == "f( ,  )");
  CHECK(without_comments_and_literals("f(R\"-(x)\"\n)-\") + 1") == "f( \n) + 1");
  CHECK(without_comments_and_literals("1'000 + 2'000") == "1'000 + 2'000");
}
