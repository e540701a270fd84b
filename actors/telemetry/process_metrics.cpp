#include "actors/telemetry/process_metrics.hpp"

#include <fstream>
#include <malloc.h>
#include <string>
#include <unistd.h>

// jemalloc's statistics, if the program is linked to it: those of the C library are empty then.
extern "C" int mallctl(const char*, void*, std::size_t*, void*, std::size_t) __attribute__((weak));

namespace praetor::metrics {

namespace {

std::uint64_t allocated() {
  if (mallctl) {
    std::uint64_t epoch = 1; // writing it refreshes the statistics
    std::size_t value = 0, size = sizeof value;
    mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
    if (mallctl("stats.allocated", &value, &size, nullptr, 0) == 0) return value;
  }
  auto used = ::mallinfo2();
  return used.uordblks + used.hblkhd;
}

std::uint64_t resident() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t all = 0, pages = 0;
  in >> all >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t thread_count() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("Threads:")) return std::strtoull(line.c_str() + 8, nullptr, 10);
  return 0;
}

} // namespace

void process_metrics::read() const {
  allocated_bytes.set(allocated());
  resident_bytes.set(resident());
  threads.set(thread_count());
}

} // namespace praetor::metrics
