#include "frontends/process/host_identity.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace praetor;

namespace {

constexpr auto board = "/sys/class/dmi/id/product_uuid";
constexpr auto machine = "/etc/machine-id";
constexpr auto boot = "/proc/sys/kernel/random/boot_id";

std::optional<std::string> id_with(const std::map<std::string, std::string>& files) {
  return node_id_of_host([&](const std::string& path) -> std::optional<std::string> {
    auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  });
}

// sha512sum of the UUID in lower case
constexpr auto expected_id = "e1299311-b152-f1e0-a13d-de569488f843";

} // namespace

TEST_CASE("a machine's node id is made of its UUID, wherever it stands and however it is written") {
  CHECK(id_with({{board, "0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9\n"}}) == expected_id);
  CHECK(id_with({{machine, "0a1b2c3d4e5f60718293a4b5c6d7e8f9\n"}}) == expected_id);
  CHECK(id_with({{boot, "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}}) == expected_id);
}

TEST_CASE("the mainboard's UUID counts before the machine-id, and that before the boot's") {
  std::string other = "ffffffff-4e5f-6071-8293-a4b5c6d7e8f9";
  CHECK(id_with({{board, expected_id}, {machine, other}}) != id_with({{board, other}, {machine, expected_id}}));
  CHECK(id_with({{board, "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}, {machine, other}, {boot, other}}) == expected_id);
  CHECK(id_with({{machine, "0a1b2c3d4e5f60718293a4b5c6d7e8f9"}, {boot, other}}) == expected_id);
}

TEST_CASE("what is no UUID is passed over") {
  CHECK_FALSE(id_with({}));
  for (std::string none : {"", "\n", "None", "0a1b2c3d", "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8fx",
                           "0a1b2c3d4e-5f-6071-8293-a4b5c6d7e8f9", "0a1b2c3d4e5f60718293a4b5c6d7e8f9ff"}) {
    CAPTURE(none);
    CHECK_FALSE(id_with({{board, none}}));
    CHECK(id_with({{board, none}, {machine, "0a1b2c3d4e5f60718293a4b5c6d7e8f9"}}) == expected_id);
  }
}
