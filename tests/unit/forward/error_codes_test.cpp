#include "actors/rpc/rpc_messages.hpp"
#include "protocol/codec/msgpack.hpp"
#include "storage/state/apply_result.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

/// The refusals of releases without codes.
struct old_refusal {
  std::string text;
  std::int64_t status = 500;
  bool not_carried_out = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Text"}, x.text);
    f(field{"Status"}, x.status);
    f(field{"NotCarriedOut"}, x.not_carried_out);
  }
};

struct old_result {
  std::string error;
  std::int64_t status = 200;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Error", omit_empty}, x.error);
    f(field{"Status"}, x.status);
  }
};

template <class To, class From>
To sent_as(const From& from) {
  To to;
  REQUIRE(msgpack::unpack(msgpack::pack(from), to));
  return to;
}

struct meaning {
  int status;
  error_code code;
};

/// The meaning of a status without a code, from older releases.
constexpr meaning meanings[] = {
    {400, error_code::invalid},   {401, error_code::unspecified}, {403, error_code::permission_denied},
    {404, error_code::not_found}, {408, error_code::timed_out},   {412, error_code::failed_precondition},
    {413, error_code::too_large}, {429, error_code::busy},        {498, error_code::unauthenticated},
    {499, error_code::cancelled}, {500, error_code::unspecified}, {501, error_code::not_supported},
    {503, error_code::busy},      {504, error_code::timed_out},
};

} // namespace

TEST_CASE("every code survives the way to another process, in refusals, streams and results") {
  for (auto code = error_code::unspecified;; code = static_cast<error_code>(static_cast<int>(code) + 1)) {
    error why{code, "text", 500};
    CHECK(sent_as<rpc_refusal>(rpc_refusal(why, true)).why() == why);
    stream_piece piece;
    piece.fail(why);
    CHECK(sent_as<stream_piece>(piece).why() == why);
    CHECK(sent_as<state::apply_result>(state::apply_result::failure(why)).why() == why);
    if (code == last_error_code) break;
  }
}

TEST_CASE("a code says more than its status") {
  error why{error_code::unauthenticated, "ACL not found", 403};
  CHECK(sent_as<rpc_refusal>(rpc_refusal(why, false)).why().code == error_code::unauthenticated);
  CHECK(error("ACL not found", 403).code == error_code::permission_denied);
}

TEST_CASE("what an older release sends has the code that its status says") {
  for (const auto& each : meanings) {
    CAPTURE(each.status);
    CHECK(sent_as<rpc_refusal>(old_refusal{"text", each.status, false}).why() == error{each.code, "text", each.status});
    CHECK(sent_as<state::apply_result>(old_result{"text", each.status}).why().code == each.code);
    CHECK(error("text", each.status).code == each.code);
  }
}

TEST_CASE("an older release reads a refusal with a code") {
  auto read = sent_as<old_refusal>(rpc_refusal({error_code::no_leader, "No cluster leader"}, true));
  CHECK(read.text == "No cluster leader");
  CHECK(read.status == 500);
  CHECK(read.not_carried_out);
  CHECK(sent_as<old_result>(state::apply_result::failure({error_code::busy, "text", 503})).status == 503);
}

TEST_CASE("a code that only a newer release knows counts as none") {
  auto refusal = rpc_refusal({error_code::no_leader, "text", 404}, false);
  for (std::uint64_t number : {std::uint64_t{0}, static_cast<std::uint64_t>(last_error_code) + 1, ~std::uint64_t{0}}) {
    refusal.code = number;
    CHECK(sent_as<rpc_refusal>(refusal).why().code == error_code::not_found);
  }
}

TEST_CASE("a result that worked has no code") {
  CHECK(state::apply_result::done(true).why().code == error_code::unspecified);
}

TEST_CASE("what was being done stands before an error's text and leaves the rest") {
  CHECK(with_context("failed to read prefix", {error_code::unexpected_status, "text", 503}) ==
        error{error_code::unexpected_status, "failed to read prefix: text", 503});
}
