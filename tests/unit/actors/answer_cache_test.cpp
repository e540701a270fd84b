#include "stage.hpp"

#include "actors/watches/answer_cache.hpp"

using namespace praetor;

namespace {

/// The queries that a server received, and how to answer them.
struct fake_server {
  struct asked {
    std::string key;
    std::uint64_t index = 0;
    std::function<void(fetched_answer)> done;
    bool cancelled = false;
  };
  std::vector<asked> calls;

  static fetched_answer good(std::uint64_t index, std::string body) {
    fetched_answer f;
    f.answer.meta.index = index;
    f.answer.body = std::move(body);
    return f;
  }
  static fetched_answer failed(std::string why) {
    fetched_answer f;
    f.failure = error{std::move(why), 500};
    return f;
  }
};

class asked_question final : public cached_question {
public:
  asked_question(fake_server& s, std::string key, bool waits) : server_(s), key_(std::move(key)), waits_(waits) {}
  const std::string& key() const override { return key_; }
  bool waits() const override { return waits_; }
  std::function<void()> fetch(std::uint64_t index, std::function<void(fetched_answer)> done) const override {
    auto number = server_.calls.size();
    server_.calls.push_back({key_, index, std::move(done)});
    return [&s = server_, number] { s.calls[number].cancelled = true; };
  }

private:
  fake_server& server_;
  std::string key_;
  bool waits_;
};

struct fixture {
  fake_server far;
  stage world;
  answer_cache_actor cache;
  std::vector<cached_reply> replies;

  explicit fixture(answer_cache_options options = {}) {
    world.outside->seed = [] { return 7; };
    options.outside = world.outside;
    cache = world.keep(world.system.spawn(answer_cache, options));
  }

  cache_request_ptr request(const std::string& key, bool waits = true) {
    auto r = std::make_shared<cache_request>();
    r->question = std::make_shared<asked_question>(far, key, waits);
    r->deadline = world.now() + 5min;
    r->done = [this](const cached_reply& reply) { replies.push_back(reply); };
    return r;
  }
  void ask(const cache_request_ptr& r) {
    caf::anon_send(cache, watch_atom_v, local<cache_request_ptr>{r});
    world.run();
  }
  void answer(std::size_t call, fetched_answer f) {
    far.calls.at(call).done(std::move(f));
    world.run();
  }
  std::string body() const { return replies.back().answer->answer.body; }
};

} // namespace

TEST_CASE("the first to ask waits for a server, the next finds the answer at hand") {
  fixture f;
  f.ask(f.request("q"));
  CHECK(f.replies.empty());
  REQUIRE(f.far.calls.size() == 1);
  f.answer(0, fake_server::good(5, "one"));
  REQUIRE(f.replies.size() == 1);
  CHECK_FALSE(f.replies[0].hit);
  f.ask(f.request("q"));
  REQUIRE(f.replies.size() == 2);
  CHECK(f.replies[1].hit);
  CHECK(f.replies[1].age == 0s);
  CHECK(f.body() == "one");
}

TEST_CASE("news is waited for in the background, once whoever asks") {
  fixture f;
  for (int i = 0; i < 3; ++i) f.ask(f.request("q"));
  f.answer(0, fake_server::good(5, "one"));
  REQUIRE(f.far.calls.size() == 2);
  CHECK(f.far.calls[1].index == 5);
  f.answer(1, fake_server::good(6, "two"));
  f.ask(f.request("q"));
  CHECK(f.replies.back().hit);
  CHECK(f.body() == "two");
  CHECK(f.far.calls.size() == 3);
}

TEST_CASE("who waits for an index is told with the news, or when its time is over") {
  fixture f;
  f.ask(f.request("q"));
  f.answer(0, fake_server::good(5, "one"));
  auto waits = f.request("q");
  waits->min_index = 5;
  f.ask(waits);
  auto impatient = f.request("q");
  impatient->min_index = 5;
  impatient->deadline = f.world.now() + 10s;
  f.ask(impatient);
  CHECK(f.replies.size() == 1);
  f.world.advance(11s);
  REQUIRE(f.replies.size() == 2);
  CHECK(f.replies[1].answer->index() == 5);
  f.answer(1, fake_server::good(6, "two"));
  REQUIRE(f.replies.size() == 3);
  CHECK(f.body() == "two");
  CHECK_FALSE(f.replies[2].hit);
}

TEST_CASE("while no server answers, the kept answer grows old, and servers are asked ever less often") {
  fixture f;
  f.ask(f.request("q"));
  f.answer(0, fake_server::good(5, "one"));
  for (std::size_t call = 1; call < 8; ++call) {
    f.world.advance(3min);
    REQUIRE(f.far.calls.size() == call + 1);
    f.answer(call, fake_server::failed("no servers"));
  }
  f.world.advance(1s);
  CHECK(f.far.calls.size() == 8); // the next retry comes later
  f.ask(f.request("q"));
  CHECK(f.replies.back().hit);
  CHECK(f.replies.back().age > 1min);
  f.world.advance(3min);
  f.answer(8, fake_server::good(7, "two"));
  f.ask(f.request("q"));
  CHECK(f.replies.back().age == 0s);
  CHECK(f.body() == "two");
}

TEST_CASE("an error with nothing at hand is told, and asking again asks a server again") {
  fixture f;
  f.ask(f.request("q"));
  f.answer(0, fake_server::failed("no servers"));
  REQUIRE(f.replies.size() == 1);
  CHECK(f.replies[0].answer->failure->text == "no servers");
  f.world.advance(10min);
  CHECK(f.far.calls.size() == 1);
  f.ask(f.request("q"));
  CHECK(f.far.calls.size() == 2);
}

TEST_CASE("a refusal ends what was kept") {
  fixture f;
  f.ask(f.request("q"));
  f.answer(0, fake_server::good(5, "one"));
  fetched_answer denied;
  denied.answer.status = 403;
  f.answer(1, denied);
  f.world.advance(10min);
  CHECK(f.far.calls.size() == 2);
  f.ask(f.request("q"));
  CHECK(f.far.calls.size() == 3);
  CHECK(f.replies.size() == 1);
}

TEST_CASE("answers without news are as fresh as the client wants them") {
  fixture f;
  f.ask(f.request("dc", false));
  f.answer(0, fake_server::good(0, "one"));
  f.world.advance(10s);
  CHECK(f.far.calls.size() == 1);
  auto content = f.request("dc", false);
  content->max_age = 20s;
  f.ask(content);
  CHECK(f.replies.back().hit);
  CHECK(f.replies.back().age >= 10s);
  auto strict = f.request("dc", false);
  strict->max_age = 0s;
  f.ask(strict);
  REQUIRE(f.far.calls.size() == 2);
  f.answer(1, fake_server::good(0, "two"));
  CHECK_FALSE(f.replies.back().hit);
  CHECK(f.body() == "two");
}

TEST_CASE("an old answer stands in for an error if the client takes that") {
  fixture f;
  f.ask(f.request("dc", false));
  f.answer(0, fake_server::good(0, "one"));
  f.world.advance(10s);
  for (auto limit : {5s, 60s}) {
    auto r = f.request("dc", false);
    r->max_age = 0s;
    r->stale_if_error = limit;
    f.ask(r);
    f.answer(f.far.calls.size() - 1, fake_server::failed("no servers"));
    CHECK(f.replies.back().hit == (limit > 10s));
  }
}

TEST_CASE("what was asked for longest ago goes when there are too many, and what nobody asks for goes in time") {
  fixture f({.outside = nullptr, .most_answers = 2, .keep = 1h});
  for (auto key : {"a", "b"}) {
    f.ask(f.request(key));
    f.answer(f.far.calls.size() - 1, fake_server::good(5, key));
  }
  f.ask(f.request("a")); // to make b the older one
  f.ask(f.request("c"));
  auto cancelled = [&](const std::string& key) {
    return std::count_if(f.far.calls.begin(), f.far.calls.end(),
                         [&](const fake_server::asked& one) { return one.key == key && one.cancelled; });
  };
  CHECK(cancelled("a") == 0);
  CHECK(cancelled("b") == 1);
  f.world.advance(2h);
  CHECK(cancelled("a") == 1);
}

TEST_CASE("a client that went away is not told") {
  fixture f;
  auto r = f.request("q");
  f.ask(r);
  caf::anon_send(f.cache, leave_atom_v, local<cache_request_ptr>{r});
  f.world.run();
  f.answer(0, fake_server::good(5, "one"));
  CHECK(f.replies.empty());
}

TEST_CASE("a server that does not wait for news is not asked without end") {
  fixture f;
  f.ask(f.request("q"));
  f.answer(0, fake_server::good(5, "one"));
  f.answer(1, fake_server::good(5, "one"));
  CHECK(f.far.calls.size() == 2);
  f.world.advance(2s);
  CHECK(f.far.calls.size() == 3);
}
