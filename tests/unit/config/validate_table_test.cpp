#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "tests/unit/config/table_environment.hpp"

using namespace praetor::config;

namespace {

struct table_case {
  std::string extension, text, answer;
};

/// Blocks of "=== extension", the file, "---", and the validate command's output.
std::vector<table_case> read_table(const std::string& path) {
  std::ifstream in(path);
  std::vector<table_case> out;
  bool in_answer = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      out.push_back({line.substr(4), {}, {}});
      in_answer = false;
    } else if (line == "---") {
      in_answer = true;
    } else {
      (in_answer ? out.back().answer : out.back().text) += line + "\n";
    }
  }
  return out;
}

std::string trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string answer_to(const std::string& name, const std::string& text) {
  table_environment env;
  env.files = {{name, text}, {"/etc/passwd", ""}};
  sources from;
  from.paths = {name};
  auto result = load(from, env);
  if (!result) return "Config validation failed: " + result.error().text;
  std::string out;
  // effects_test covers additional warnings.
  for (const auto& w : result->warnings)
    if (!w.ends_with(" is not in force in this release and has no effect") &&
        !w.ends_with(" cannot be changed and is ignored"))
      out += w + "\n";
  return out + "Configuration is valid!";
}

} // namespace

TEST_CASE("good and bad files are answered with the texts that operators know") {
  auto table = read_table(PRAETOR_TEST_DATA "/validate.txt");
  REQUIRE(table.size() > 200);
  for (const auto& c : table) {
    INFO(c.text);
    CHECK(trimmed(answer_to("a." + c.extension, trimmed(c.text))) == trimmed(c.answer));
  }
}

TEST_CASE("every key refuses a value of the wrong type by name and type") {
  auto read = [](const std::string& name) {
    std::ifstream in(PRAETOR_TEST_DATA "/" + name);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  };
  auto expected = trimmed(read("wrong_types.txt"));
  REQUIRE(expected.size() > 50000);
  auto answer = trimmed(answer_to("wrong_types.json", read("wrong_types.json")));
  std::istringstream wanted(expected), got(answer);
  for (std::string line; std::getline(wanted, line);) {
    std::string other;
    std::getline(got, other);
    CHECK(other == line);
  }
  CHECK(answer.size() == expected.size());
}
