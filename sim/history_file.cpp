#include "sim/history_file.hpp"

#include <nlohmann/json.hpp>

namespace praetor::sim {

void history_file::operation_ends(const std::string& process, std::string_view what, const std::string& key,
                                  const std::string& value, duration called, duration returned,
                                  std::string_view outcome) {
  nlohmann::ordered_json line;
  line["process"] = process;
  line["operation"] = what;
  line["key"] = key;
  // Composite values are written as JSON.
  bool parts = value.starts_with("[");
  line["value"] = parts ? nlohmann::ordered_json::parse(value) : nlohmann::ordered_json(value);
  line["call"] = called.count();
  line["return"] = outcome == "unknown" ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(returned.count());
  line["outcome"] = outcome;
  to_ << line.dump() << '\n';
}

} // namespace praetor::sim
