#include "frontends/cli/commands.hpp"
#include "frontends/cli/snapshot_contents.hpp"
#include "frontends/cli/table.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "storage/snapshot/archive.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace praetor::cli {

namespace {

/// Checks for exactly one FILE argument; returns the error.
std::optional<std::string> not_one_file(const std::vector<std::string>& args) {
  if (args.empty()) return "Missing FILE argument";
  if (args.size() > 1) return too_many_arguments(args.size());
  return {};
}

/// A file that is written in pieces.
class output_file {
public:
  explicit output_file(std::string path)
      : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0)
      fail_with("open");
    else if (::fchmod(descriptor_, 0600) != 0) // an existing file may be readable for others
      fail_with("chmod");
  }
  ~output_file() { close(); }
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;

  bool write(std::string_view bytes) {
    while (!failure_ && !bytes.empty()) {
      auto count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR) fail_with("write");
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return !failure_;
  }
  /// Syncs everything to disk. @returns the first error since the file was opened, if any
  std::optional<std::string> finish() {
    if (!failure_ && ::fsync(descriptor_) != 0) fail_with("sync");
    close();
    return failure_;
  }
  const std::optional<std::string>& failure() const { return failure_; }

private:
  void fail_with(const char* what) { failure_ = std::string(what) + " " + path_ + ": " + errno_text(errno); }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  std::string path_;
  std::optional<std::string> failure_;
  int descriptor_;
};

class snapshot_save final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul snapshot save [options] FILE

  Writes the state of the servers, as it is at one moment, to a file: keys,
  catalog, sessions, prepared queries and access control.

      $ consul snapshot save backup.snap

  From whichever server answers, be there a leader or not:

      $ consul snapshot save -stale backup.snap
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }
  void declare(flag_set& flags) override {
    flags.add_string("append-filename", append_,
                     "What to append to the name of the file, separated by commas: version, dc.");
  }

  int run() override {
    if (auto wrong = not_one_file(arguments())) return failed(*wrong);
    auto client = connect();
    if (!client) return 1;
    auto file = file_name(*client);
    if (!file) return failed("Error connecting to Consul agent: " + file.error().text);
    auto unverified = *file + ".unverified";
    auto code = save(*client, *file, unverified);
    if (code != 0) ::unlink(unverified.c_str());
    return code;
  }

  expected<std::string> file_name(agent_client& client) const {
    std::filesystem::path path = arguments()[0];
    if (append_.empty()) return path.string();
    auto self = client.json(get("/v1/agent/self"));
    if (!self) return tl::make_unexpected(self.error());
    auto& config = member_of(self->body, "Config");
    auto extension = path.extension().string();
    auto name = path.replace_extension().string();
    for (std::size_t at = 0; at <= append_.size();) {
      auto end = std::min(append_.find(',', at), append_.size());
      auto part = append_.substr(at, end - at);
      if (part == "version") name += "-" + text_of(config, "Version");
      if (part == "dc") name += "-" + text_of(config, "Datacenter");
      at = end + 1;
    }
    return name + extension;
  }

  int save(agent_client& client, const std::string& file, const std::string& unverified) {
    output_file writing(unverified);
    if (auto& wrong = writing.failure()) return failed("Error writing unverified snapshot file: " + *wrong);
    auto request = get("/v1/snapshot");
    if (client.settings().stale) request.query["stale"] = "";
    auto got = client.stream(std::move(request), [&](std::string_view piece) { return writing.write(piece); });
    if (!got && !writing.failure()) return failed("Error saving snapshot: " + got.error().text);
    if (auto wrong = writing.finish()) return failed("Error writing unverified snapshot file: " + *wrong);
    auto content = read_file(unverified);
    if (!content) return failed("Error opening snapshot file for verify: " + content.error().text);
    auto verified =
        storage::read_archive(storage::source_of(*content), [](std::string_view) -> expected<void> { return {}; });
    if (!verified) return failed("Error verifying snapshot file: " + verified.error().text);
    if (std::rename(unverified.c_str(), file.c_str()) != 0)
      return failed("Error renaming \"" + unverified + "\" to \"" + file + "\": rename " + unverified + " " + file +
                    ": " + errno_text(errno));
    auto index = got->headers.find("x-consul-index");
    out() << "Saved and verified snapshot to index " << (index == got->headers.end() ? "0" : index->second) << '\n';
    return 0;
  }

  std::string append_;
};

class snapshot_restore final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul snapshot restore [options] FILE

  Replaces the state of the servers by that of a snapshot file, or of standard
  input if FILE is "-". What has happened since then is lost.

      $ consul snapshot restore backup.snap
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }

  int run() override {
    auto& args = arguments();
    if (auto wrong = not_one_file(args)) return failed(*wrong);
    auto client = connect();
    if (!client) return 1;
    auto content = args[0] == "-" ? expected<std::string>(std::string(std::istreambuf_iterator<char>(in()), {}))
                                  : read_file(args[0]);
    if (!content) return failed("Error opening snapshot file: " + content.error().text);
    if (auto done = client->ok(put("/v1/snapshot", std::move(*content))); !done)
      return failed("Error restoring snapshot: " + done.error().text);
    out() << "Restored snapshot\n";
    return 0;
  }
};

/// Reads an archive, or the state.bin of a server's own snapshot with the meta.json beside it.
expected<storage::snapshot_archive> read_snapshot(const std::string& file) {
  auto content = read_file(file);
  if (!content) return fail("Error opening snapshot file: " + content.error().text);
  std::filesystem::path path = file;
  if (lower_case(path.filename().string()) != "state.bin") {
    auto archive = storage::unpack_archive(*content);
    if (!archive) return fail("Error reading snapshot: " + archive.error().text);
    return archive;
  }
  auto about = read_file(path.replace_filename("meta.json").string());
  if (!about) return fail("Error reading meta.json from internal snapshot dir: " + about.error().text);
  storage::snapshot_archive out;
  if (auto read = json::read(*about, out.meta); !read)
    return fail("Error reading meta.json from internal snapshot dir: " + read.error().text);
  out.state = std::move(*content);
  return out;
}

class snapshot_inspect final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul snapshot inspect [options] FILE

  Shows what a snapshot file holds, without an agent.

      $ consul snapshot inspect backup.snap
)";
  }
  api_flags takes() const override { return api_flags::none; }
  void declare(flag_set& flags) override {
    flags.add_bool("kvdetails", keys_.wanted, "Show how the keys share the space.");
    flags.add_int("kvdepth", keys_.depth, "With -kvdetails: how many parts of their path keys are grouped by.");
    flags.add_string("kvfilter", keys_.filter, "With -kvdetails: only keys that begin so.");
    flags.add_string("format", format_, "Output format: pretty or json.");
  }

  int run() override {
    if (auto wrong = not_one_file(arguments())) return failed(*wrong);
    auto archive = read_snapshot(arguments()[0]);
    if (!archive) return failed(archive.error().text);
    auto contents = contents_of(archive->state, keys_);
    if (!contents) return failed("Error extracting snapshot data: " + contents.error().text);
    if (format_ == "pretty")
      print(archive->meta, *contents);
    else if (format_ == "json")
      print_json(archive->meta, *contents);
    else
      return failed("Error outputting enhanced snapshot data: Unknown format: " + format_);
    return 0;
  }

  void print(const storage::snapshot_meta& meta, const snapshot_contents& contents) {
    out() << tabwriter({{" ID", meta.id},
                        {" Size", std::to_string(meta.size)},
                        {" Index", std::to_string(meta.index)},
                        {" Term", std::to_string(meta.term)},
                        {" Version", std::to_string(meta.version)}},
                       6)
          << '\n';
    print_shares(" Type", contents.records, contents.size);
    if (!keys_.wanted) return;
    out() << '\n';
    print_shares(" Key Name", contents.keys, contents.keys_size);
  }

  void print_shares(const std::string& title, const std::vector<record_share>& shares, std::uint64_t total) {
    table_rows rows{{title, "Count", "Size"}, {" ----", "----", "----"}};
    for (const auto& share : shares)
      rows.push_back({" " + share.name, std::to_string(share.count), size_text(share.size)});
    rows.push_back({" ----", "----", "----"});
    rows.push_back({" Total", "", size_text(total)});
    out() << tabwriter(rows, 6);
  }

  void print_json(const storage::snapshot_meta& meta, const snapshot_contents& contents) {
    auto list = [](const std::vector<record_share>& shares) {
      auto rows = go_json::array();
      for (const auto& share : shares)
        rows.push_back(go_json{{"Name", share.name}, {"Sum", share.size}, {"Count", share.count}});
      return rows.empty() ? go_json() : rows;
    };
    go_json all{
        {"Meta",
         {{"ID", meta.id}, {"Size", meta.size}, {"Index", meta.index}, {"Term", meta.term}, {"Version", meta.version}}},
        {"Stats", list(contents.records)},
        {"StatsKV", list(contents.keys)},
        {"TotalSize", contents.size},
        {"TotalSizeKV", contents.keys_size}};
    out() << dump_json(all, "   ") << '\n';
  }

  key_grouping keys_;
  std::string format_ = "pretty";
};

class snapshot_decode final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul snapshot decode [options] FILE

  Writes what a snapshot file holds as JSON, a line for each record, without an
  agent. The first line describes the snapshot.

      $ consul snapshot decode backup.snap | jq 'select(.Type == "KVS").Data.Key'
)";
  }
  api_flags takes() const override { return api_flags::none; }

  int run() override {
    if (auto wrong = not_one_file(arguments())) return failed(*wrong);
    auto archive = read_snapshot(arguments()[0]);
    if (!archive) return failed(archive.error().text);
    std::string meta;
    json::write(meta, archive->meta);
    print("SnapshotHeader", meta);
    auto read = for_each_record(archive->state, [&](std::uint8_t type, const std::string& name, std::string_view record,
                                                    std::uint64_t) { print(name, record_json(type, record)); });
    return read ? 0 : failed("Error reading snapshot: " + read.error().text);
  }

  void print(const std::string& type, const std::string& data) {
    out() << "{\"Data\":" << data << ",\"Type\":" << dump_json(type) << "}\n";
  }
};

} // namespace

std::unique_ptr<command> make_snapshot_decode() { return std::make_unique<snapshot_decode>(); }
std::unique_ptr<command> make_snapshot_inspect() { return std::make_unique<snapshot_inspect>(); }
std::unique_ptr<command> make_snapshot_restore() { return std::make_unique<snapshot_restore>(); }
std::unique_ptr<command> make_snapshot_save() { return std::make_unique<snapshot_save>(); }

} // namespace praetor::cli
