#include "frontends/cli/flag_set.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace praetor::cli;

namespace {

/// A flag set of every kind, parsed; `error` is the first output line, `rest` the arguments after the flags.
struct parsed {
  bool cas = false, shell = true;
  std::string name;
  int count = 1;
  std::uint64_t index = 0;
  std::chrono::nanoseconds wait{0};
  std::vector<std::string> tags;
  std::map<std::string, std::string> meta;
  std::string error, usage;
  std::vector<std::string> rest;

  explicit parsed(const std::vector<std::string>& args) {
    flag_set flags;
    flags.add_bool("cas", cas, "Check.");
    flags.add_bool("shell", shell, "Shell.");
    flags.add_string("name", name, "The `name` of it.");
    flags.add_int("n", count, "Count.");
    flags.add_uint("index", index, "Index.");
    flags.add_duration("wait", wait, "Wait.");
    flags.add_list("tag", tags, "Tag.");
    flags.add_map("meta", meta, "Meta.");
    std::ostringstream err;
    error = flags.parse(args, err).value_or("");
    usage = err.str();
    rest = flags.arguments();
  }
};

} // namespace

TEST_CASE("flags take one dash or two, and values by = or as the next argument") {
  parsed p({"-cas", "--name", "x", "-n=3", "--index=0x10", "-wait", "1m30s", "-tag", "a", "-tag=b", "-meta", "k=v=w"});
  CHECK(p.error == "");
  CHECK(p.cas);
  CHECK(p.name == "x");
  CHECK(p.count == 3);
  CHECK(p.index == 16);
  CHECK(p.wait == std::chrono::seconds(90));
  CHECK(p.tags == std::vector<std::string>{"a", "b"});
  CHECK(p.meta == std::map<std::string, std::string>{{"k", "v=w"}});
}

TEST_CASE("flags end at the first argument that is none") {
  CHECK(parsed({"-cas", "key", "-cas=bogus"}).rest == std::vector<std::string>{"key", "-cas=bogus"});
  CHECK(parsed({"-cas", "--", "-cas"}).rest == std::vector<std::string>{"-cas"});
  CHECK(parsed({"-", "x"}).rest == std::vector<std::string>{"-", "x"});
  // A boolean takes no separate value.
  CHECK(parsed({"-cas", "false"}).rest == std::vector<std::string>{"false"});
  CHECK(parsed({"-shell=false"}).shell == false);
}

TEST_CASE("a refused flag is told in Go's words") {
  auto error = [](const char* arg) { return parsed({arg}).error; };
  CHECK(error("-bogus=1") == "flag provided but not defined: -bogus");
  CHECK(error("-=a") == "bad flag syntax: -=a");
  CHECK(error("---a") == "bad flag syntax: ---a");
  CHECK(error("-name") == "flag needs an argument: -name");
  CHECK(error("-cas=zz") == "invalid boolean value \"zz\" for -cas: parse error");
  CHECK(error("-n=zz") == "invalid value \"zz\" for flag -n: parse error");
  CHECK(error("-index=-1") == "invalid value \"-1\" for flag -index: parse error");
  CHECK(error("-index=99999999999999999999") ==
        "invalid value \"99999999999999999999\" for flag -index: value out of range");
  CHECK(error("-wait=5") == "invalid value \"5\" for flag -wait: parse error");
  CHECK(error("-meta=zz") == "invalid value \"zz\" for flag -meta: Missing \"=\" value in argument: zz");
}

TEST_CASE("the usage print names every flag, its value and its default") {
  CHECK(parsed({"-bogus"}).usage == "flag provided but not defined: -bogus\n"
                                    "Usage:\n"
                                    "  -cas\n    \tCheck.\n"
                                    "  -index uint\n    \tIndex.\n"
                                    "  -meta value\n    \tMeta.\n"
                                    "  -n int\n    \tCount. (default 1)\n"
                                    "  -name name\n    \tThe name of it.\n"
                                    "  -shell\n    \tShell. (default true)\n"
                                    "  -tag value\n    \tTag.\n"
                                    "  -wait duration\n    \tWait.\n");
}

TEST_CASE("help texts are wrapped at 72 columns and indented") {
  auto text = wrap("one two three four five six seven eight nine ten eleven twelve thirteen fourteen", 72, 5);
  CHECK(text == "     one two three four five six seven eight nine ten eleven twelve\n     thirteen fourteen\n");
}
