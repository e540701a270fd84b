#pragma once

#include "protocol/types/commands.hpp"
#include "protocol/types/error.hpp"

namespace praetor::state {

/// The result of a log command for its proposer. Small and serializable, because it crosses processes. At most one of
/// the values is set; none means success without a value.
struct apply_result {
  std::string error;                   ///< as clients see it; empty: success
  std::int64_t status = 200;           ///< the error's HTTP status
  std::uint64_t code = 0;              ///< error_code as sent: read it through why()
  bool unreadable = false;             ///< this release can't apply the entry, which changed nothing
  bool not_appended = false;           ///< set by the leader: definitely not appended, so it may be retried
  std::optional<bool> flag;            ///< compare-and-set, lock and unlock: whether it took effect
  std::optional<std::string> text;     ///< the id of the created session
  std::optional<std::uint64_t> number; ///< the next serial number of the CA
  std::optional<txn_response> txn;

  bool ok() const { return error.empty(); }

  /// The error; the status implies the code if a release without codes sent it.
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
