#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/raft/script.hpp"

namespace fs = std::filesystem;

namespace {

/// Runs a script and returns it with the actual output. Commands start with "> ", comments with "#".
std::string play(std::istream& in) {
  praetor::raft::test::script script;
  std::string result;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') result += line + "\n";
    if (line.starts_with("> ")) result += line + "\n" + script.run(line.substr(2));
  }
  return result;
}

std::string content(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

// With PRAETOR_REWRITE_SCRIPTS set, rewrites the scripts with the actual output, for review as a diff.
TEST_CASE("interaction scripts say what the machine does", "[raft]") {
  std::vector<fs::path> paths;
  for (const auto& file : fs::directory_iterator(PRAETOR_TEST_DATA))
    if (file.path().extension() == ".txt") paths.push_back(file.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(!paths.empty());
  for (const auto& path : paths) {
    SECTION(path.stem().string()) {
      std::ifstream in(path);
      auto said = play(in);
      if (std::getenv("PRAETOR_REWRITE_SCRIPTS")) std::ofstream(path) << said;
      CHECK(said == content(path));
    }
  }
}
