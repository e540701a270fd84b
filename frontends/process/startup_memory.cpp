#include "frontends/process/startup_memory.hpp"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <sys/mman.h>

namespace praetor {

void release_startup_code() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0, to = 0, inode = 0;
    char rights[5] = {};
    // address range, permissions, offset, device, inode: see proc(5)
    if (std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %lu", &from, &to, rights, &inode) != 4) continue;
    // Executable pages of a file are never modified, so a dropped page is unchanged when it is read again.
    if (inode == 0 || std::string(rights) != "r-xp") continue;
    ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED); // NOLINT: an address as the kernel wrote it
  }
}

} // namespace praetor
