#include "actors/ports/http2_session.hpp"

#include "protocol/base/quoted.hpp"

#include <algorithm>
#include <nghttp2/nghttp2.h>

namespace praetor {

namespace {

constexpr std::size_t frame_head_size = 9, largest_frame = 16384; // RFC 9113 4.1, 6.5.2
constexpr const char* frame_names[] = {"Data",        "Headers", "Priority", "RSTStream",    "Settings",
                                       "PushPromise", "Ping",    "GoAway",   "WindowUpdate", "Continuation"};
constexpr std::uint8_t ping_data[8] = {'p', 'r', 'a', 'e', 't', 'o', 'r', 0};

std::string text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

nghttp2_nv pair_of(const http2_field& field) {
  auto bytes = [](const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); // nghttp2 copies it
  };
  return {bytes(field.name), bytes(field.value), field.name.size(), field.value.size(), NGHTTP2_NV_FLAG_NONE};
}

struct callbacks_deleter {
  void operator()(nghttp2_session_callbacks* p) const { nghttp2_session_callbacks_del(p); }
};

} // namespace

const std::string* http2_answer::find(const http2_fields& fields, std::string_view name) {
  auto found = std::ranges::find(fields, name, &http2_field::name);
  return found == fields.end() ? nullptr : &found->value;
}

/// What nghttp2 calls, with the session as its user data.
struct http2_session::callbacks {
  static http2_session& of(void* user) { return *static_cast<http2_session*>(user); }

  static int header_begins(nghttp2_session*, const nghttp2_frame*, void* user) {
    auto& s = of(user);
    auto& answer = s.answer_;
    const auto* status = http2_answer::find(answer.head, ":status");
    // The first block, or the one after an interim response (RFC 9113 8.1).
    bool is_head = !status || status->starts_with('1');
    s.current_ = is_head ? &answer.head : &answer.trailer;
    s.current_->clear();
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                    const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
    auto& s = of(user);
    s.field_bytes_ += name_size + value_size + 32; // RFC 9113 6.5.2: 32 for each field
    if (s.field_bytes_ > most_fields) {
      s.failure_ = "http2: response header list larger than advertised limit";
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (s.current_) s.current_->push_back({text_of(name, name_size), text_of(value, value_size)});
    return 0;
  }

  static int data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* bytes, std::size_t size,
                  void* user) {
    of(user).answer_.body += text_of(bytes, size);
    return 0;
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& s = of(user);
    switch (frame->hd.type) {
    case NGHTTP2_SETTINGS: s.settled_ = true; break;
    case NGHTTP2_GOAWAY: s.leaving_ = true; break;
    case NGHTTP2_PING:
      s.pong_ = s.pong_ || ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 &&
                            std::equal(std::begin(ping_data), std::end(ping_data), frame->ping.opaque_data));
      break;
    default: break;
    }
    return 0;
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    // Only a peer that broke the protocol is told to go away.
    if (frame->hd.type == NGHTTP2_GOAWAY)
      of(user).failure_ = std::string("connection error: ") + nghttp2_http2_strerror(frame->goaway.error_code);
    return 0;
  }

  static int stream_closed(nghttp2_session*, std::int32_t, std::uint32_t code, void* user) {
    auto& answer = of(user).answer_;
    answer.ended = true;
    answer.code = code;
    return 0;
  }

  static ssize_t body(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t room, std::uint32_t* flags,
                      nghttp2_data_source* source, void*) {
    auto& s = of(source->ptr);
    auto size = std::min(room, s.request_body_.size() - s.body_sent_);
    std::copy_n(s.request_body_.data() + s.body_sent_, size, out);
    s.body_sent_ += size;
    if (s.body_sent_ == s.request_body_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }
};

http2_session::http2_session() : session_(nullptr, nghttp2_session_del) {
  nghttp2_session_callbacks* made = nullptr;
  PRAETOR_ASSERT(nghttp2_session_callbacks_new(&made) == 0);
  std::unique_ptr<nghttp2_session_callbacks, callbacks_deleter> table(made);
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, callbacks::header_begins);
  nghttp2_session_callbacks_set_on_header_callback(made, callbacks::header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, callbacks::data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, callbacks::frame_received);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, callbacks::frame_sent);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, callbacks::stream_closed);
  nghttp2_session* session = nullptr;
  PRAETOR_ASSERT(nghttp2_session_client_new(&session, made, this) == 0);
  session_.reset(session);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                             {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, most_fields}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, std::size(settings));
}

http2_session::~http2_session() = default;

void http2_session::send_ping() { nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, ping_data); }

void http2_session::send_request(const http2_fields& head, std::string body) {
  request_body_ = std::move(body);
  std::vector<nghttp2_nv> pairs;
  for (const auto& field : head) pairs.push_back(pair_of(field));
  nghttp2_data_provider provider{};
  provider.source.ptr = this;
  provider.read_callback = callbacks::body;
  nghttp2_submit_request(session_.get(), nullptr, pairs.data(), pairs.size(), &provider, nullptr);
}

std::string http2_session::output() {
  std::string out;
  const std::uint8_t* bytes = nullptr;
  for (ssize_t size; (size = nghttp2_session_mem_send(session_.get(), &bytes)) > 0;)
    out += text_of(bytes, static_cast<std::size_t>(size));
  return out;
}

/// Finds the heads of the frames: a peer that speaks another protocol is told from one that breaks this one, and a
/// frame that was cut off from the end between two.
expected<void> http2_session::follow_frames(std::string_view bytes) {
  while (!bytes.empty()) {
    if (frame_left_ > 0) {
      auto size = std::min(frame_left_, bytes.size());
      frame_left_ -= size;
      bytes.remove_prefix(size);
      continue;
    }
    auto size = std::min(frame_head_size - frame_head_.size(), bytes.size());
    frame_head_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (frame_head_.size() < frame_head_size) break;
    for (auto byte : std::string_view(frame_head_).substr(0, 3))
      frame_left_ = frame_left_ << 8 | static_cast<unsigned char>(byte);
    if (frame_left_ > largest_frame) return fail("http2: frame too large");
    auto type = static_cast<std::uint8_t>(frame_head_[3]);
    if (!any_frame_ && type != NGHTTP2_SETTINGS) {
      wrong_first_frame_ = type < std::size(frame_names) ? frame_names[type] : "Unknown";
      return fail("connection error: PROTOCOL_ERROR");
    }
    any_frame_ = true;
    frame_head_.clear();
  }
  return {};
}

expected<void> http2_session::receive(std::string_view bytes) {
  received_ += bytes.size();
  if (received_ > most_received)
    return fail("http2: server sent more than " + std::to_string(most_received) + " bytes");
  if (auto good = follow_frames(bytes); !good) return good;
  auto taken =
      nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (failure_) return fail(*failure_);
  if (taken < 0) return fail(std::string("http2: ") + nghttp2_strerror(static_cast<int>(taken)));
  return {};
}

std::string http2_session::lost() const { return frame_left_ > 0 || !frame_head_.empty() ? "unexpected EOF" : "EOF"; }

} // namespace praetor
