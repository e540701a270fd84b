#include "frontends/cli/commands.hpp"
#include "frontends/cli/path.hpp"
#include "frontends/cli/table.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"

#include <algorithm>

namespace praetor::cli {

namespace {

std::string too_many(std::size_t got, const char* expected = "1") {
  return std::string("Too many arguments (expected ") + expected + ", got " + std::to_string(got) + ")";
}

std::string key_path(const std::string& key) { return "/v1/kv/" + key; }

/// The decoded whole groups before the first invalid base64 character.
std::string decodable_start(const std::string& text) {
  constexpr auto alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto good = std::min(text.find_first_not_of(alphabet), text.size());
  return base64_decode(std::string_view(text).substr(0, good / 4 * 4)).value_or("");
}

/// Keys do not start with a slash, but users write them like paths.
std::string without_slash(const std::string& key) { return !key.empty() && key[0] == '/' ? key.substr(1) : key; }

std::string value_of(const go_json& pair) { return base64_decode(text_of(pair, "Value")).value_or(""); }

struct kv_pairs {
  bool found = false;
  go_json list = go_json::array();
};

/// Reads a key or all keys below a prefix; a 404 is an empty result.
expected<kv_pairs> fetch(agent_client& client, const std::string& key, std::map<std::string, std::string> query) {
  auto request = get(key_path(key));
  request.query = std::move(query);
  if (client.settings().stale) request.query["stale"] = "";
  auto response = client.raw(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  if (response->status == 404) return kv_pairs{};
  if (response->status != 200) return tl::make_unexpected(unexpected_status(*response));
  auto body = parse_json(response->body);
  if (!body) return tl::make_unexpected(body.error());
  return kv_pairs{true, std::move(*body)};
}

/// Sends a write that returns true or false.
expected<bool> change(agent_client& client, http_request request) {
  auto response = client.ok(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  return response->body.find("true") != std::string::npos;
}

expected<bool> write_key(agent_client& client, const std::string& key, const std::string& value,
                         std::map<std::string, std::string> query) {
  if (!key.empty() && key[0] == '/') return fail("Invalid key. Key must not begin with a '/': " + key);
  auto request = put(key_path(key), value);
  request.query = std::move(query);
  return change(client, std::move(request));
}

class kv_put final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul kv put [options] KEY [DATA]

  Stores DATA under KEY. DATA is taken as it stands; "@FILE" takes the content
  of a file and "-" reads standard input. Without DATA the value is empty.

      $ consul kv put web/limits/connections 5
      $ consul kv put web/certificate @web.pem
      $ consul kv put -cas -modify-index=844 web/limits/connections 6
)";
  }
  api_flags takes() const override { return api_flags::all; }

  void declare(flag_set& flags) override {
    flags.add_bool("cas", cas_, "Store only if the key's ModifyIndex is the one of -modify-index.");
    flags.add_uint("flags", flags_, "Number to keep beside the value; its meaning is the user's own.");
    flags.add_bool("base64", base64_, "DATA is base 64 and is decoded before it is stored.");
    flags.add_uint("modify-index", modify_index_,
                   "ModifyIndex that the key must have for -cas; 0 stores only a key that isn't there yet.");
    flags.add_string("session", session_, "Session for -acquire and -release.");
    flags.add_bool("acquire", acquire_, "Take the lock on the key for -session; creates the key if need be.");
    flags.add_bool("release", release_, "Give the lock on the key back that -session holds.");
  }

  int run() override {
    auto& args = arguments();
    if (args.empty()) return failed("Error! Missing KEY argument");
    if (args.size() > 2) return failed("Error! " + too_many(args.size(), "1 or 2"));
    auto data = load_data(args.size() == 2 ? args[1] : "", in());
    if (!data) return failed("Error! " + data.error().text);
    value_ = *data;
    if (base64_) {
      auto decoded = base64_decode(value_);
      if (!decoded) failed("Error! Cannot base 64 decode data: " + decoded.error().text);
      value_ = decoded ? *decoded : decodable_start(value_);
    }
    if (session_.empty() && (acquire_ || release_))
      return failed("Error! Missing -session (required with -acquire and -release)");
    auto client = connect();
    return client ? write(*client, args[0]) : 1;
  }

  int write(agent_client& client, const std::string& key) {
    std::map<std::string, std::string> query;
    if (flags_ != 0) query["flags"] = std::to_string(flags_);
    if (cas_)
      query["cas"] = std::to_string(modify_index_);
    else if (acquire_)
      query["acquire"] = session_;
    else if (release_)
      query["release"] = session_;
    auto done = write_key(client, key, value_, query);
    if (cas_ && !done) return failed("Error! Did not write to " + key + ": " + done.error().text);
    if (!done) return failed("Error! Failed writing data: " + done.error().text);
    if (cas_ && !*done)
      return failed("Error! Did not write to " + key +
                    (modify_index_ == 0 ? ": CAS performed with index=0 and key already exists." : ": CAS failed"));
    if (!cas_ && acquire_ && !*done) return failed("Error! Did not acquire lock");
    if (!cas_ && !acquire_ && release_ && !*done) return failed("Error! Did not release lock");
    out() << (cas_       ? "Success! Data written to: "
              : acquire_ ? "Success! Lock acquired on: "
              : release_ ? "Success! Lock released on: "
                         : "Success! Data written to: ")
          << key << '\n';
    return 0;
  }

  bool cas_ = false, base64_ = false, acquire_ = false, release_ = false;
  std::uint64_t flags_ = 0, modify_index_ = 0;
  std::string session_, value_;
};

class kv_get final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul kv get [options] [KEY_OR_PREFIX]

  Prints the value of a key; a key that isn't there is an error. With -recurse
  everything below a prefix is printed, with -keys only the names. Without an
  argument the prefix is the root.

      $ consul kv get web/limits/connections
      $ consul kv get -detailed web/limits/connections
      $ consul kv get -recurse web/
      $ consul kv get -keys web/
)";
  }
  api_flags takes() const override { return api_flags::all; }

  void declare(flag_set& flags) override {
    flags.add_bool("base64", base64_, "Print values in base 64.");
    flags.add_bool("detailed", detailed_, "Print what is kept beside the value too, such as the indexes.");
    flags.add_bool("keys", keys_, "Print names only, up to the first separator behind the prefix.");
    flags.add_bool("recurse", recurse_, "Print all pairs whose name starts with the argument.");
    flags.add_string("separator", separator_, "Text at which -keys cuts names off.");
  }

  int run() override {
    auto& args = arguments();
    if (args.size() > 1) return failed(too_many(args.size()));
    auto key = without_slash(args.empty() ? "" : args[0]);
    if (key.empty() && !recurse_ && !keys_) return failed("Error! Missing KEY argument");
    auto client = connect();
    if (!client) return 1;
    std::map<std::string, std::string> query;
    if (recurse_) query["recurse"] = "";
    if (keys_ && !recurse_) {
      query["keys"] = "";
      if (!separator_.empty()) query["separator"] = separator_;
    }
    auto pairs = fetch(*client, key, query);
    if (!pairs) return failed("Error querying Consul agent: " + pairs.error().text);
    if (keys_) return print_keys(pairs->list);
    if (recurse_) return print_all(pairs->list);
    if (!pairs->found || pairs->list.empty()) return failed("Error! No key exists at: " + key);
    print_one(pairs->list.front());
    return 0;
  }

  int print_keys(const go_json& list) {
    for (auto& item : list) out() << (item.is_string() ? item.get<std::string>() : text_of(item, "Key")) << '\n';
    return 0;
  }

  int print_all(const go_json& list) {
    bool first = true;
    for (auto& pair : list) {
      if (detailed_ && !first) out() << '\n';
      first = false;
      if (detailed_)
        print_one(pair);
      else
        out() << text_of(pair, "Key") << ':' << (base64_ ? text_of(pair, "Value") : value_of(pair)) << '\n';
    }
    return 0;
  }

  void print_one(const go_json& pair) {
    auto value = base64_ ? text_of(pair, "Value") : value_of(pair);
    if (!detailed_) {
      out() << value << '\n';
      return;
    }
    auto number = [&](const char* name) { return std::to_string(number_of(pair, name)); };
    auto session = text_of(pair, "Session");
    table_rows rows{{"CreateIndex", number("CreateIndex")}, {"Flags", number("Flags")},
                    {"Key", text_of(pair, "Key")},          {"LockIndex", number("LockIndex")},
                    {"ModifyIndex", number("ModifyIndex")}, {"Session", session.empty() ? "-" : session}};
    rows.push_back(value.empty() ? std::vector<std::string>{"Value"} : std::vector<std::string>{"Value", value});
    out() << tabwriter(rows, 6);
  }

  bool base64_ = false, detailed_ = false, keys_ = false, recurse_ = false;
  std::string separator_ = "/";
};

class kv_delete final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul kv delete [options] KEY_OR_PREFIX

  Removes a key, or with -recurse everything whose name starts with the
  argument. That a key isn't there is no error.

      $ consul kv delete web/limits/connections
      $ consul kv delete -recurse web/
)";
  }
  api_flags takes() const override { return api_flags::all; }

  void declare(flag_set& flags) override {
    flags.add_bool("cas", cas_, "Delete only if the key's ModifyIndex is the one of -modify-index.");
    flags.add_uint("modify-index", modify_index_, "ModifyIndex that the key must have for -cas.");
    flags.add_bool("recurse", recurse_, "Delete all keys that start with the argument.");
  }

  int run() override {
    auto& args = arguments();
    if (args.size() > 1) return failed(too_many(args.size()));
    auto key = without_slash(args.empty() ? "" : args[0]);
    if (key.empty() && !recurse_) return failed("Error! Missing KEY argument");
    if (!cas_ && modify_index_ != 0) return failed("Cannot specify -modify-index without -cas!");
    if (cas_ && modify_index_ == 0)
      return failed("Cannot delete a key that does not exist. Provide a -modify-index greater than than 0.");
    if (cas_ && recurse_) return failed("Cannot specify both -cas and -recurse!");
    auto client = connect();
    if (!client) return 1;
    auto request = get(key_path(key));
    request.method = "DELETE";
    if (recurse_) request.query["recurse"] = "";
    if (cas_) request.query["cas"] = std::to_string(modify_index_);
    auto done = change(*client, std::move(request));
    if (!done) {
      auto& why = done.error().text;
      if (recurse_) return failed("Error! Did not delete prefix " + key + ": " + why);
      return failed((cas_ ? "Error! Did not delete key " : "Error deleting key ") + key + ": " + why);
    }
    if (cas_ && !*done) return failed("Error! Did not delete key " + key + ": CAS failed");
    out() << (recurse_ ? "Success! Deleted keys with prefix: " : "Success! Deleted key: ") << key << '\n';
    return 0;
  }

  bool cas_ = false, recurse_ = false;
  std::uint64_t modify_index_ = 0;
};

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
    if (args.size() > 1) return failed(too_many(args.size()));
    auto prefix = without_slash(args.empty() ? "" : args[0]);
    auto client = connect();
    if (!client) return 1;
    auto pairs = fetch(*client, prefix, {{"recurse", ""}});
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
    if (args.size() > 1) return failed("Error! " + too_many(args.size()));
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

std::unique_ptr<command> make_kv_put() { return std::make_unique<kv_put>(); }
std::unique_ptr<command> make_kv_get() { return std::make_unique<kv_get>(); }
std::unique_ptr<command> make_kv_delete() { return std::make_unique<kv_delete>(); }
std::unique_ptr<command> make_kv_export() { return std::make_unique<kv_export>(); }
std::unique_ptr<command> make_kv_import() { return std::make_unique<kv_import>(); }

} // namespace praetor::cli
