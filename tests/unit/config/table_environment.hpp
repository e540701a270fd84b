#pragma once

#include <map>
#include <set>

#include "protocol/config/load.hpp"

/// A test's machine: files, directories, interfaces.
struct table_environment : praetor::config::environment {
  template <class T>
  using expected = praetor::expected<T>;

  std::map<std::string, std::string> files;
  std::set<std::string> directories = {"/srv/data"};
  std::map<std::string, std::string> variables;
  std::vector<praetor::config::interface_address> addresses = {
      {"lo", "127.0.0.1", 8, praetor::config::interface_flags::up | praetor::config::interface_flags::loopback, false},
      {"eth0", "192.0.2.2", 24, praetor::config::interface_flags::up, true}};
  std::uint64_t descriptors = 20000;

  path_kind kind_of(const std::string& path) override {
    if (directories.contains(path)) return path_kind::directory;
    return files.contains(path) ? path_kind::file : path_kind::missing;
  }
  expected<std::string> read_file(const std::string& path) override {
    auto found = files.find(path);
    if (found == files.end()) return praetor::fail("open " + path + ": no such file or directory");
    return found->second;
  }
  expected<std::vector<entry>> list_directory(const std::string& path) override {
    std::vector<entry> out;
    auto prefix = path + "/";
    for (const auto& [name, text] : files)
      if (name.starts_with(prefix) && name.find('/', prefix.size()) == std::string::npos)
        out.push_back({name.substr(prefix.size()), false});
    for (const auto& name : directories)
      if (name.starts_with(prefix)) out.push_back({name.substr(prefix.size()), true});
    return out;
  }
  expected<std::vector<praetor::config::interface_address>> interfaces() override { return addresses; }
  expected<std::string> hostname() override { return std::string("host1\n"); }
  std::optional<std::string> getenv(const std::string& name) override {
    auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }
  std::uint64_t max_file_descriptors() override { return descriptors; }
};
