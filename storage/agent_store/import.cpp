#include "storage/agent_store/import.hpp"

#include "protocol/base/hex.hpp"
#include "protocol/base/trim.hpp"
#include "storage/agent_store/persisted.hpp"
#include "storage/files/files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace praetor::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view imported_key = "imported";

/// One import of a data_dir; collects everything in one batch.
class importer {
public:
  importer(const fs::path& directory, const warning_callback& warn) : directory_(directory), warn_(warn) {}

  expected<void> run() {
    each_file("services", [this](const auto& path, const auto& text) { service(path, text); });
    each_file("services/configs", [this](const auto& path, const auto& text) {
      if (auto value = read_service_config(text)) {
        batch.push_back(put(*value));
        ++report.service_configs;
      } else {
        skip(path, value.error().text);
      }
    });
    each_file("checks", [this](const auto& path, const auto& text) { check(path, text); });
    each_file("checks/state", [this](const auto& path, const auto& text) {
      if (auto value = read_check_state(text)) {
        batch.push_back(put(*value));
        ++report.check_states;
      } else {
        skip(path, value.error().text);
      }
    });
    object_file("acl-tokens.json", agent_table::acl_tokens, "acl-tokens");
    object_file("server_metadata.json", agent_table::server_metadata, "server_metadata");
    return {};
  }

  agent_batch batch;
  import_report report;

private:
  void skip(const fs::path& path, const std::string& why) {
    ++report.skipped;
    if (warn_) warn_("not taken over: " + path.string() + ": " + why);
  }

  template <class Use>
  void each_file(const char* folder, Use use) {
    std::vector<fs::path> paths;
    std::error_code ignored;
    for (auto& file : fs::directory_iterator(directory_ / folder, ignored))
      if (!file.is_directory() && !file.path().native().ends_with("tmp")) paths.push_back(file.path());
    std::sort(paths.begin(), paths.end());
    for (auto& path : paths) {
      if (auto text = read_file(path))
        use(path, *text);
      else
        skip(path, text.error().text);
    }
  }

  void service(const fs::path& path, const std::string& text) {
    auto value = read_service(text);
    if (!value) return skip(path, value.error().text);
    if (value->service.id.empty()) return skip(path, "it has no service ID");
    if (!is_known_source(value->source)) return skip(path, "unknown source " + praetor::quoted(value->source));
    batch.push_back(put(*value));
    ++report.services;
  }

  void check(const fs::path& path, const std::string& text) {
    auto value = read_check(text);
    if (!value) return skip(path, value.error().text);
    if (value->check.check_id.empty()) return skip(path, "it has no check ID");
    if (!is_known_source(value->source)) return skip(path, "unknown source " + praetor::quoted(value->source));
    batch.push_back(put(*value));
    ++report.checks;
  }

  void object_file(const char* name, agent_table table, const char* key) {
    auto path = directory_ / name;
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return;
    auto text = read_file(path);
    if (!text) return skip(path, text.error().text);
    auto value = nlohmann::json::parse(*text, nullptr, false);
    if (!value.is_object()) return skip(path, "it is not a JSON object");
    batch.push_back({table, key, std::move(*text)});
  }

  const fs::path& directory_;
  const warning_callback& warn_;
};

/// Why a text is not a UUID, or "".
std::string uuid_problem(std::string_view text) {
  if (text.size() != 36) return "uuid string is wrong length";
  for (auto at : {8, 13, 18, 23})
    if (text[static_cast<std::size_t>(at)] != '-') return "uuid is improperly formatted";
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash || is_hex_digit(text[i])) continue;
    std::string code = "U+00";
    append_hex(code, static_cast<unsigned char>(text[i]), upper_hex_digits);
    return "encoding/hex: invalid byte: " + code + " '" + text[i] + "'";
  }
  return "";
}

} // namespace

expected<import_report> import_consul_files(agent_store& store, const fs::path& data_directory,
                                            const warning_callback& warn) {
  auto before = store.get(agent_table::identity, imported_key);
  if (!before) return tl::unexpected(before.error());
  if (*before) {
    import_report report;
    report.done_before = true;
    return report;
  }
  importer run(data_directory, warn);
  if (auto done = run.run(); !done) return tl::unexpected(done.error());
  run.batch.push_back({agent_table::identity, std::string(imported_key), "1"});
  if (auto done = store.write(std::move(run.batch)); !done) return tl::unexpected(done.error());
  if (auto done = store.sync(); !done) return tl::unexpected(done.error());
  return run.report;
}

expected<void> write_node_id(const fs::path& data_directory, const std::string& id) {
  if (auto made = make_directories(data_directory); !made) return made;
  return replace_file(data_directory / "node-id", lower_case(id));
}

expected<std::string> keep_node_id(const fs::path& data_directory, const std::string& candidate) {
  auto path = data_directory / "node-id";
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    auto text = read_file(path);
    if (!text) return text;
    auto id = lower_case(trimmed(*text));
    if (auto problem = uuid_problem(id); !problem.empty())
      return fail("NodeID in " + path.string() + " is invalid: " + problem);
    return id;
  }
  if (auto written = write_node_id(data_directory, candidate); !written) return tl::unexpected(written.error());
  return lower_case(candidate);
}

} // namespace praetor::storage
