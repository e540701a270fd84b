#include "frontends/api/agent/host_info.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

namespace praetor::api {

namespace {

using nlohmann::json;

/// The entries of /proc/meminfo in bytes, by name.
std::map<std::string, std::uint64_t> memory_figures() {
  std::map<std::string, std::uint64_t> out;
  std::ifstream in("/proc/meminfo");
  std::string name, unit;
  std::uint64_t value = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    if (words >> name >> value) out[name.substr(0, name.size() - 1)] = value * 1024;
  }
  return out;
}

json processors() {
  auto out = json::array();
  std::ifstream in("/proc/cpuinfo");
  json one = json::object();
  for (std::string line; std::getline(in, line);) {
    auto colon = line.find(':');
    if (colon == line.npos) {
      if (!one.empty()) out.push_back(std::exchange(one, json::object()));
      continue;
    }
    auto name = line.substr(0, line.find_last_not_of("\t ", colon - 1) + 1);
    auto value = colon + 2 <= line.size() ? line.substr(colon + 2) : std::string();
    if (name == "processor")
      one["cpu"] = std::atoi(value.c_str());
    else if (name == "vendor_id")
      one["vendorId"] = value;
    else if (name == "cpu family")
      one["family"] = value;
    else if (name == "model")
      one["model"] = value;
    else if (name == "model name")
      one["modelName"] = value;
    else if (name == "cpu MHz")
      one["mhz"] = std::atof(value.c_str());
    else if (name == "cpu cores")
      one["cores"] = std::atoi(value.c_str());
  }
  if (!one.empty()) out.push_back(std::move(one));
  return out;
}

} // namespace

free_form host_info(nanoseconds now) {
  auto m = memory_figures();
  auto total = m["MemTotal"], available = m["MemAvailable"], free_bytes = m["MemFree"];
  json out;
  out["Memory"] = {
      {"total", total},
      {"available", available},
      {"used", total - available},
      {"usedPercent", total ? 100.0 * static_cast<double>(total - available) / static_cast<double>(total) : 0.0},
      {"free", free_bytes},
      {"buffers", m["Buffers"]},
      {"cached", m["Cached"]},
      {"swapTotal", m["SwapTotal"]},
      {"swapFree", m["SwapFree"]}};
  out["CPU"] = processors();
  utsname name{};
  ::uname(&name);
  struct sysinfo info {};
  ::sysinfo(&info);
  auto boot = std::chrono::duration_cast<std::chrono::seconds>(now).count() - info.uptime;
  out["Host"] = {{"hostname", name.nodename}, {"uptime", info.uptime}, {"bootTime", boot},
                 {"procs", info.procs},       {"os", "linux"},         {"kernelVersion", name.release},
                 {"kernelArch", name.machine}};
  struct statvfs disk {};
  ::statvfs("/", &disk);
  auto size = static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize;
  auto left = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  auto used = size - static_cast<std::uint64_t>(disk.f_bfree) * disk.f_frsize;
  out["Disk"] = {
      {"path", "/"},
      {"total", size},
      {"free", left},
      {"used", used},
      {"usedPercent", used + left ? 100.0 * static_cast<double>(used) / static_cast<double>(used + left) : 0.0}};
  out["CollectionTime"] = now.count();
  out["Errors"] = nullptr;
  return free_form(std::move(out));
}

} // namespace praetor::api
