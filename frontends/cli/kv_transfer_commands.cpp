#include "frontends/cli/commands.hpp"
#include "frontends/cli/kv_client.hpp"
#include "frontends/cli/path.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"

namespace praetor::cli {

namespace {

/// A pair in the format of export and import.
struct exported_entry {
  static constexpr std::string_view type_name = "Entry";
  static constexpr std::string_view go_type = "impexp.Entry";
  std::string key;
  std::uint64_t flags = 0;
  std::string value;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"key"}, x.key);
    f(field{"flags"}, x.flags);
    f(field{"value"}, x.value);
  }
};

class kv_export final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul kv export [KEY_OR_PREFIX]

  Prints everything below a prefix as JSON that "consul kv import" reads.

      $ consul kv export web/ > web.json
)";
  }
  api_flags takes() const override { return api_flags::all; }

  int run() override {
    auto& args = arguments();
    if (args.size() > 1) return failed(too_many_arguments(args.size()));
    auto prefix = without_slash(args.empty() ? "" : args[0]);
    auto client = connect();
    if (!client) return 1;
    auto pairs = read_pairs(*client, prefix, {{"recurse", ""}});
    if (!pairs) return failed("Error querying Consul agent: " + pairs.error().text);
    std::vector<exported_entry> entries;
    for (auto& pair : pairs->list)
      entries.push_back({text_of(pair, "Key"), number_of(pair, "Flags"), text_of(pair, "Value")});
    out() << json::indent(json::to_string(entries), "\t") << '\n';
    return 0;
  }
};

class kv_import final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul kv import [DATA]

  Stores what "consul kv export" printed. DATA is the JSON itself, "@FILE" for a
  file or "-" for standard input.

      $ consul kv import @web.json
      $ consul kv export web/ | consul kv import -prefix=copy -
)";
  }
  api_flags takes() const override { return api_flags::all; }

  void declare(flag_set& flags) override { flags.add_string("prefix", prefix_, "Path to put before every key."); }

  int run() override {
    auto& args = arguments();
    if (args.empty()) return failed("Error! Missing DATA argument");
    if (args.size() > 1) return failed("Error! " + too_many_arguments(args.size()));
    if (args[0].empty()) return failed("Error! Empty DATA argument");
    auto data = load_data(args[0], in());
    if (!data) return failed("Error! " + data.error().text);
    auto client = connect();
    if (!client) return 1;
    auto entries = json::read<std::vector<exported_entry>>(*data, {.whole_text = true, .root_type = "[]*impexp.Entry"});
    if (!entries) return failed("Cannot unmarshal data: " + entries.error().text);
    for (auto& entry : *entries)
      if (auto code = store(*client, entry); code != 0) return code;
    return 0;
  }

  int store(agent_client& client, const exported_entry& entry) {
    auto& key = entry.key;
    auto value = base64_decode(entry.value);
    if (!value) return failed("Error base 64 decoding value for key " + key + ": " + value.error().text);
    std::map<std::string, std::string> query;
    if (entry.flags != 0) query["flags"] = std::to_string(entry.flags);
    auto path = join_path(prefix_, key);
    if (key.ends_with('/') && !path.ends_with('/')) path += '/'; // such keys represent directories
    auto done = write_key(client, path, *value, query);
    if (!done) return failed("Error! Failed writing data for key " + path + ": " + done.error().text);
    out() << "Imported: " << path << '\n';
    return 0;
  }

  std::string prefix_;
};

} // namespace

std::unique_ptr<command> make_kv_export() { return std::make_unique<kv_export>(); }
std::unique_ptr<command> make_kv_import() { return std::make_unique<kv_import>(); }

} // namespace praetor::cli
