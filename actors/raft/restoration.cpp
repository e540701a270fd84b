#include "actors/raft/restoration.hpp"

#include "actors/raft/proposal.hpp"
#include "storage/snapshot/archive.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/archive_check.hpp"
#include "storage/state/command.hpp"
#include "storage/state/records.hpp"

namespace praetor {

namespace {

constexpr std::size_t bytes_a_chunk = 256 << 10;

} // namespace

expected<std::shared_ptr<storage::scratch_file>>
restoration::verified(const std::shared_ptr<storage::scratch_file>& archive) {
  auto unpacked = archive->another();
  if (!unpacked) return unpacked;
  auto meta = storage::read_archive(storage::reader_of(archive),
                                    [&](std::string_view bytes) { return (*unpacked)->write(bytes); });
  if (!meta) return tl::unexpected(meta.error());
  auto bytes = (*unpacked)->view();
  if (!bytes) return tl::unexpected(bytes.error());
  if (auto sound = state::check_archive(*bytes); !sound)
    return fail("failed to restore from snapshot: " + sound.error().text);
  if (auto readable = state::read_state(*bytes); !readable) return tl::unexpected(readable.error());
  return unpacked;
}

void restoration::start(const std::shared_ptr<storage::scratch_file>& archive, done_callback done) {
  if (!done) done = [](const error*) {};
  auto refuse = [&](const std::string& why) {
    error e{why, 500};
    done(&e);
  };
  if (done_) return refuse("another restore is under way, try again when it has ended");
  auto unpacked = verified(archive);
  if (!unpacked) return refuse(unpacked.error().text);
  state_ = std::move(*unpacked);
  sent_ = 0;
  id_ = outside_->new_uuid();
  done_ = std::move(done);
  send_piece();
}

void restoration::send_piece() {
  restore_request request;
  request.id = id_;
  request.offset = sent_;
  request.data.bytes.resize(bytes_a_chunk);
  auto got = state_->read_at(sent_, request.data.bytes.data(), bytes_a_chunk);
  if (!got) return end(&got.error());
  request.data.bytes.resize(*got);
  sent_ += *got;
  request.done = *got == 0 || sent_ == state_->size();
  auto command = encode_command(command_type::restore, request);
  if (!command) return end(&command.error());
  auto p = std::make_shared<proposal>();
  p->command = std::move(*command);
  p->done = [owner = owner_, number = ++number_](const state::apply_result& result) {
    caf::anon_send(owner, messages::restore_piece_ended{number, result.error});
  };
  caf::anon_send(peer_, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(p)});
}

void restoration::piece_done(std::uint64_t number, const std::string& failed) {
  if (number != number_ || !done_) return;
  if (!failed.empty()) {
    error why{failed, 500};
    return end(&why);
  }
  if (sent_ < state_->size()) return send_piece();
  outside_->log_lines->write(log_level::info, "agent.server.snapshot", "restored a user's archive",
                             {{"bytes", state_->size()}});
  end(nullptr);
}

void restoration::end(const error* failed) {
  state_ = nullptr;
  auto done = std::exchange(done_, nullptr);
  done(failed);
}

} // namespace praetor
