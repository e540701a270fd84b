#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praetor {

/// Parses the response to one HTTP/1.x request as leniently as Go's client: without a reason phrase, with bare line
/// feeds, folded fields and interim responses, and without a length. Ignores everything after the response.
class http_answer {
public:
  /// @param to_head the request's method is HEAD: the response has no body
  explicit http_answer(bool to_head = false) : to_head_(to_head) {}

  /// Consumes the next bytes. @param body receives the pieces of the body
  /// @returns an error of the head, in Go's words
  expected<void> take(std::string_view bytes, const std::function<void(std::string_view)>& body);
  /// The server has closed the connection. @returns an error if the head is incomplete
  expected<void> end() const;

  /// The head of the final response is complete.
  bool has_head() const { return state_ >= state::body_begins; }
  /// The response is complete.
  bool is_done() const { return state_ == state::done; }
  unsigned code() const { return code_; }
  /// From the status line: "200 OK".
  const std::string& status() const { return status_; }
  /// The first field with this name (lower case); empty if there is none.
  std::string field(std::string_view name) const;

private:
  enum class state { status_line, fields, body_begins, by_length, chunk_size, chunk, chunk_end, until_end, done };

  expected<void> take_head(std::string_view& bytes);
  expected<void> take_line(std::string_view line);
  expected<void> take_status(std::string_view line);
  expected<void> take_field(std::string_view line);
  expected<void> finish_field();
  expected<void> head_is_whole();
  expected<void> choose_framing();
  bool take_chunk_line(std::string_view& bytes);

  bool to_head_;
  state state_ = state::status_line;
  bool seen_any_ = false;
  std::size_t head_size_ = 0;
  std::string line_;                                        ///< the current incomplete line
  std::string folded_;                                      ///< the field that the next line may continue
  std::vector<std::pair<std::string, std::string>> fields_; ///< names in lower case
  unsigned code_ = 0;
  bool at_least_1_1_ = false;
  std::string status_;
  std::uint64_t left_ = 0; ///< remaining bytes of the body or the chunk
};

} // namespace praetor
