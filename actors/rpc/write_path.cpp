#include "actors/rpc/write_path.hpp"

#include "actors/published_state.hpp"
#include "actors/raft/proposal.hpp"

namespace praetor {

void write_path::propose(expected<log_command> command, apply_callback done, std::uint32_t hops, nanoseconds hold,
                         std::string origin) const {
  if (!command) {
    if (done) done(state::apply_result::failure(command.error()));
    return;
  }
  auto p = std::make_shared<proposal>();
  p->command = std::move(*command);
  p->done = std::move(done);
  p->hops = hops;
  p->hold = hold;
  p->origin = std::move(origin);
  if (peer_ && view_->leader.get()->is_leader) {
    p->router = router_;
    caf::anon_send(peer_, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(p)});
  } else {
    caf::anon_send(router_, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(p)});
  }
}

void write_path::read(done_callback done) const {
  caf::anon_send(router_, read_atom_v, local<done_callback>{std::move(done)});
}

} // namespace praetor
