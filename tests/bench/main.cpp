#include "options.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <sys/resource.h>

namespace {

constexpr const char* usage = R"(praetor_bench LOAD --name value...

http   keep-alive connections, one request in flight each
       --port N --requests FILE (lines: METHOD PATH [BODY]) [--host 127.0.0.1] [--conns 32]
       [--seconds 3] [--warmup 0.5] [--once 1: send each request once and stop]
dns    questions over UDP
       --port N --questions FILE (lines: TYPE NAME) [--host 127.0.0.1] [--outstanding 64] [--seconds 3] [--warmup 0.5]
watch  many blocking queries on one key: time from a write to the last watcher's answer
       --port N --key KEY [--host 127.0.0.1] [--conns 1000] [--rounds 5] [--settle-ms 500]
       [--hold 1: register the watchers, print a line and keep them until standard input ends]

Each prints one line of JSON.
)";

} // namespace

int main(int argc, char** argv) {
  using namespace praetor::bench;
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  const char* load = argc > 1 ? argv[1] : "";
  try {
    if (std::strcmp(load, "http") == 0) return run_http_load(options{argc, argv, 2});
    if (std::strcmp(load, "dns") == 0) return run_dns_load(options{argc, argv, 2});
    if (std::strcmp(load, "watch") == 0) return run_watch_load(options{argc, argv, 2});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "praetor_bench: %s\n", problem.what());
    return 1;
  }
  std::fputs(usage, stderr);
  return 2;
}
