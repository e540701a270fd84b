#pragma once

#include "protocol/codec/msgpack.hpp"
#include "protocol/filter/filter.hpp"

#include <string>
#include <utility>

namespace praetor::filter {

/// An expression that rows of one type have to match, with its text. The empty text matches every row. Cheap to copy as
/// long as the text is short.
template <class Row>
class row_filter {
public:
  row_filter() = default;
  /// As filter::compile.
  static expected<row_filter> compile(std::string text) {
    row_filter out;
    if (text.empty()) return out;
    auto compiled = filter::compile<Row>(text);
    if (!compiled) return tl::unexpected(std::move(compiled.error()));
    out.text_ = std::move(text);
    out.compiled_ = std::move(*compiled);
    return out;
  }

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }
  bool matches(const Row& row) const { return empty() || compiled_.matches(row); }

private:
  std::string text_;
  expression compiled_;
};

// In MessagePack a filter is its text; one that does not compile can't be read.

template <class Row>
void msgpack_write(std::string& out, const row_filter<Row>& f) {
  msgpack::write_text(out, f.text());
}
template <class Row>
void msgpack_read(msgpack::reader& in, row_filter<Row>& into) {
  std::string_view text;
  if (!in.text(text)) return;
  auto read = row_filter<Row>::compile(std::string(text));
  if (!read) return in.fail(read.error().text);
  into = std::move(*read);
}

} // namespace praetor::filter
