#include "storage/state/archive_check.hpp"

#include "protocol/codec/msgpack_reader.hpp"
#include "protocol/types/commands.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace praetor::state {

namespace {

constexpr std::uint64_t largest_index = std::uint64_t{1} << 62;
/// The members in which records keep the indexes of nested records. Elsewhere these names belong to users.
constexpr std::array<std::string_view, 4> descended{"Service", "Check", "Checks", "RaftIndex"};

class record_check {
public:
  record_check(std::string_view bytes, std::uint64_t last_index) : in_(bytes), last_index_(last_index) {}

  /// @returns the fault; "" if there is none
  std::string value() {
    if (in_.kind() == msgpack::value_kind::list) return list();
    if (in_.kind() != msgpack::value_kind::map) {
      in_.skip();
      return {};
    }
    std::size_t members = 0;
    msgpack::reader::nesting level(in_);
    if (!level || !in_.begin_map(members)) return {};
    std::optional<std::uint64_t> created, modified;
    for (; members > 0 && !in_.failed(); --members) {
      std::string_view name;
      if (!in_.text(name)) return {};
      if (name == "CreateIndex") {
        if (auto wrong = index(name, created); !wrong.empty()) return wrong;
      } else if (name == "ModifyIndex") {
        if (auto wrong = index(name, modified); !wrong.empty()) return wrong;
      } else if (std::find(descended.begin(), descended.end(), name) != descended.end()) {
        if (auto wrong = value(); !wrong.empty()) return wrong;
      } else {
        in_.skip();
      }
    }
    if (created && modified && *modified < *created)
      return "ModifyIndex " + std::to_string(*modified) + " is below CreateIndex " + std::to_string(*created);
    return {};
  }

  /// Checks an entry of the index table.
  std::string index_entry() {
    std::size_t members = 0;
    if (!in_.begin_map(members)) return {};
    for (; members > 0 && !in_.failed(); --members) {
      std::string_view name;
      if (!in_.text(name)) return {};
      std::optional<std::uint64_t> found;
      if (name != "Value")
        in_.skip();
      else if (auto wrong = index(name, found); !wrong.empty())
        return wrong;
    }
    return {};
  }

  const msgpack::reader& reader() const { return in_; }

private:
  std::string list() {
    std::size_t size = 0;
    msgpack::reader::nesting level(in_);
    if (!level || !in_.begin_list(size)) return {};
    for (; size > 0 && !in_.failed(); --size) {
      if (in_.at_nil()) return "it holds a null";
      if (auto wrong = value(); !wrong.empty()) return wrong;
    }
    return {};
  }

  std::string index(std::string_view name, std::optional<std::uint64_t>& into) {
    msgpack::wide_integer number;
    if (!in_.integer(number)) return {};
    into = number.bits;
    if (number.negative || number.bits > largest_index)
      return std::string(name) + " " +
             (number.negative ? "is negative" : std::to_string(number.bits) + " is above 2^62");
    if (number.bits > last_index_)
      return std::string(name) + " " + std::to_string(number.bits) + " is above the snapshot's last index " +
             std::to_string(last_index_);
    return {};
  }

  msgpack::reader in_;
  std::uint64_t last_index_;
};

/// The last index, from the header.
expected<std::uint64_t> read_header(std::string_view bytes, std::size_t& end) {
  msgpack::reader in(bytes);
  std::size_t members = 0;
  std::uint64_t last = 0;
  if (in.begin_map(members))
    for (; members > 0 && !in.failed(); --members) {
      std::string_view name;
      msgpack::wide_integer number;
      if (!in.text(name)) break;
      if (name != "LastIndex")
        in.skip();
      else if (in.integer(number))
        last = number.negative ? 0 : number.bits;
    }
  if (in.failed()) return fail("header of the snapshot: MessagePack: " + in.error());
  if (last == 0 || last > largest_index)
    return fail("header of the snapshot: LastIndex is " + std::to_string(last) + "; it has to be from 1 to 2^62");
  end = in.consumed();
  return last;
}

} // namespace

expected<void> check_archive(std::string_view bytes) {
  std::size_t at = 0;
  auto last = read_header(bytes, at);
  if (!last) return tl::unexpected(last.error());
  while (at < bytes.size()) {
    auto type = static_cast<std::uint8_t>(bytes[at++]);
    record_check record(bytes.substr(at), *last);
    auto refuse = [&](const std::string& why) { return fail("record of type " + std::to_string(type) + ": " + why); };
    if (record.reader().at_nil()) return refuse("it is null");
    auto wrong = type == static_cast<std::uint8_t>(command_type::index) ? record.index_entry() : record.value();
    if (!wrong.empty()) return refuse(wrong);
    if (record.reader().failed()) return refuse(record.reader().error());
    if (record.reader().consumed() == 0) return refuse("it is cut short");
    at += record.reader().consumed();
  }
  return {};
}

} // namespace praetor::state
