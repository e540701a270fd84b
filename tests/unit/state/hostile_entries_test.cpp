#include "entry_trial.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

using namespace praetor;
using namespace praetor::state;

TEST_CASE("every kind of command is among the valid entries, and the leader appends each of them") {
  std::set<std::uint8_t> seen;
  for (const auto& entry : valid_entries()) {
    auto good = check_command(entry, proposer::leader);
    INFO(static_cast<int>(static_cast<unsigned char>(entry[0])));
    INFO((good ? "" : good.error().text));
    CHECK(good);
    seen.insert(static_cast<std::uint8_t>(entry[0]));
  }
  for (int type = 0; type < 256; ++type) {
    INFO(type);
    auto number = static_cast<std::uint8_t>(type);
    CHECK(seen.contains(number) == (find_command(number) != nullptr));
  }
}

TEST_CASE("whatever entries hold, servers apply them alike and go on, and so does one that starts from a snapshot") {
  auto seed = GENERATE(range(1u, 9u));
  std::mt19937 random(seed);
  for (int run = 0; run < 60; ++run) {
    std::string decisions(200 + random() % 800, '\0');
    for (auto& c : decisions) c = static_cast<char>(random());
    INFO(run);
    run_trial(decisions);
  }
  SUCCEED();
}

TEST_CASE("entries of nothing, of one byte and of every type byte are passed over") {
  entry_trial trial;
  trial.apply({});
  for (int type = 0; type < 256; ++type)
    for (const auto* payload : {"", "\xc0", "\x80", "\x90", "\xc1", "\xdd\xff\xff\xff\xff"})
      trial.apply(std::string(1, static_cast<char>(type)) + payload);
  trial.compare();
  SUCCEED();
}
