#include "frontends/endpoints/process_figures.hpp"

#include <fstream>
#include <malloc.h>
#include <string>
#include <unistd.h>

// jemalloc's, where the program is linked to it: the C library's own figures say nothing then.
extern "C" int mallctl(const char*, void*, std::size_t*, void*, std::size_t) __attribute__((weak));

namespace praetor::endpoints {

namespace {

std::uint64_t allocated() {
  if (mallctl) {
    std::uint64_t epoch = 1; // figures are as old as the last change of this
    std::size_t value = 0, size = sizeof value;
    mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
    if (mallctl("stats.allocated", &value, &size, nullptr, 0) == 0) return value;
  }
  auto figures = ::mallinfo2();
  return figures.uordblks + figures.hblkhd;
}

std::uint64_t resident() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t all = 0, pages = 0;
  in >> all >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t threads() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("Threads:")) return std::strtoull(line.c_str() + 8, nullptr, 10);
  return 0;
}

} // namespace

process_figures read_process_figures() { return {allocated(), resident(), threads()}; }

} // namespace praetor::endpoints
