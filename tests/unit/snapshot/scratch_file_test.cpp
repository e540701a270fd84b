#include "storage/files/scratch_file.hpp"

#include <catch2/catch.hpp>
#include <stdlib.h>

using namespace praetor;
using namespace praetor::storage;

namespace {

struct folder {
  std::filesystem::path path;
  folder() {
    char name[] = "/tmp/praetor-scratch-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~folder() { std::filesystem::remove_all(path); }
};

std::string all_of(const std::shared_ptr<scratch_file>& file, std::size_t piece) {
  auto read = reader_of(file);
  std::string out, buffer(piece, '\0');
  for (;;) {
    auto got = read(buffer.data(), buffer.size());
    REQUIRE(got);
    if (*got == 0) return out;
    out.append(buffer, 0, *got);
  }
}

void keeps_what_is_written(const std::shared_ptr<scratch_file>& file) {
  CHECK(file->view().value().empty());
  REQUIRE(file->write("first "));
  CHECK(file->view().value() == "first ");
  REQUIRE(file->write("second"));
  CHECK(file->view().value() == "first second");
  CHECK(file->size() == 12);
  CHECK(all_of(file, 5) == "first second");
  auto other = file->another();
  REQUIRE(other);
  REQUIRE((*other)->write("x"));
  CHECK(file->size() == 12);
}

} // namespace

TEST_CASE("scratch files keep what is written, in memory and on disk") {
  folder here;
  keeps_what_is_written(make_memory_scratch());
  auto file = make_scratch_in(here.path, 0);
  REQUIRE(file);
  keeps_what_is_written(*file);
}

TEST_CASE("a scratch file has no name, so that a crash leaves nothing behind") {
  folder here;
  auto file = make_scratch_in(here.path, 0);
  REQUIRE(file);
  REQUIRE((*file)->write("x"));
  CHECK(std::filesystem::is_empty(here.path));
  CHECK_FALSE(make_scratch_in(here.path / "absent", 0));
}

TEST_CASE("a scratch file leaves others the space that they need") {
  folder here;
  auto file = make_scratch_in(here.path, std::uint64_t{1} << 62);
  REQUIRE(file);
  auto full = (*file)->write("x");
  REQUIRE_FALSE(full);
  CHECK(full.error().status == 507);
  CHECK(full.error().text.find("too little space is left in " + here.path.string()) == 0);
  auto small = make_memory_scratch("12345", 6);
  CHECK(small->write("6"));
  CHECK(small->write("7").error().status == 507);
}
