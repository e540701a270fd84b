#pragma once

#include "protocol/types/commands.hpp"
#include "protocol/types/error.hpp"

namespace praetor::state {

/// What a command in the log gave back to the caller who proposed it. Small and serialisable: it crosses processes.
/// At most one of the values is set; none means success without a value.
struct apply_result {
  std::string error;               ///< as a client sees it; empty: the command did its work
  std::int64_t status = 200;       ///< HTTP code that belongs to the error
  std::uint64_t code = 0;          ///< error_code, as it travels: read it by why()
  bool unreadable = false;         ///< the entry is no command that this release can apply: it changed nothing
  bool not_appended = false;       ///< set by the leader: it was surely never appended, so that it may be sent again
  std::optional<bool> flag;        ///< compare-and-set, lock and unlock: whether it was done
  std::optional<std::string> text; ///< the id of the session that was created
  std::optional<std::uint64_t> number; ///< the next serial number of the certificate authority
  std::optional<txn_response> txn;

  bool ok() const { return error.empty(); }

  /// What went wrong; the code is by the status if a release without codes sent it.
  praetor::error why() const { return {received_code(code, status), error, static_cast<int>(status)}; }

  static apply_result failure(praetor::error why) {
    apply_result r;
    r.error = std::move(why.text);
    r.status = why.status;
    r.code = static_cast<std::uint64_t>(why.code);
    return r;
  }
  static apply_result failure(std::string text, int status = 500) {
    return failure(praetor::error{std::move(text), status});
  }
  static apply_result done(bool value) {
    apply_result r;
    r.flag = value;
    return r;
  }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Error", omit_empty}, x.error);
    f(field{"Status"}, x.status);
    f(field{"Code", omit_empty}, x.code);
    f(field{"NotAppended", omit_empty}, x.not_appended);
    f(field{"Flag", omit_empty}, x.flag);
    f(field{"Text", omit_empty}, x.text);
    f(field{"Number", omit_empty}, x.number);
    f(field{"Txn", omit_empty}, x.txn);
  }
};

} // namespace praetor::state
