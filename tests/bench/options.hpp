#pragma once

#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>

namespace praetor::bench {

/// The `--name value` pairs of a command line.
class options {
public:
  options(int argc, char** argv, int first) {
    for (int i = first; i < argc; i += 2) {
      const std::string name = argv[i];
      if (name.rfind("--", 0) != 0 || i + 1 >= argc) throw std::runtime_error("expected --name value, got " + name);
      values_[name.substr(2)] = argv[i + 1];
    }
  }

  std::string text(const std::string& name, const std::string& fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? fallback : found->second;
  }

  std::string text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::runtime_error("--" + name + " is required");
    return found->second;
  }

  long number(const std::string& name, long fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? fallback : std::strtol(found->second.c_str(), nullptr, 10);
  }

  double real(const std::string& name, double fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? fallback : std::strtod(found->second.c_str(), nullptr);
  }

private:
  std::map<std::string, std::string> values_;
};

/// Each generates one kind of load, prints one line of JSON and returns the exit code.
int run_http_load(const options& given);
int run_dns_load(const options& given);
int run_watch_load(const options& given);

} // namespace praetor::bench
