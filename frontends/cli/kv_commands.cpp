#include "frontends/cli/commands.hpp"
#include "frontends/cli/kv_client.hpp"
#include "frontends/cli/table.hpp"
#include "protocol/codec/base64.hpp"

#include <algorithm>

namespace praetor::cli {

namespace {

/// The decoded whole groups before the first invalid base64 character.
std::string decodable_start(const std::string& text) {
  constexpr auto alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto good = std::min(text.find_first_not_of(alphabet), text.size());
  return base64_decode(std::string_view(text).substr(0, good / 4 * 4)).value_or("");
}

std::string value_of(const go_json& pair) { return base64_decode(text_of(pair, "Value")).value_or(""); }

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
    if (args.size() > 2) return failed("Error! " + too_many_arguments(args.size(), "1 or 2"));
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
    if (args.size() > 1) return failed(too_many_arguments(args.size()));
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
    auto pairs = read_pairs(*client, key, query);
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
    if (args.size() > 1) return failed(too_many_arguments(args.size()));
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
    auto done = send_write(*client, std::move(request));
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

} // namespace

std::unique_ptr<command> make_kv_put() { return std::make_unique<kv_put>(); }
std::unique_ptr<command> make_kv_get() { return std::make_unique<kv_get>(); }
std::unique_ptr<command> make_kv_delete() { return std::make_unique<kv_delete>(); }

} // namespace praetor::cli
