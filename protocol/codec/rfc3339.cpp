#include "protocol/codec/rfc3339.hpp"

#include "protocol/base/characters.hpp"

#include <chrono>
#include <string>

namespace praetor {

namespace {

/// Parses the parts of an RFC 3339 text from left to right.
class time_parser {
public:
  explicit time_parser(std::string_view text) : text_(text), rest_(text) {}

  expected<timestamp> parse() {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    bool complete = number(4, "2006", year) && mark('-') && number(2, "01", month) && mark('-') &&
                    number(2, "02", day) && mark('T') && number(2, "15", hour) && mark(':') &&
                    number(2, "04", minute) && mark(':') && number(2, "05", second);
    if (!complete) return fail(std::move(error_), 400);
    if (month < 1 || month > 12) return out_of_range("month");
    if (hour > 23) return out_of_range("hour");
    if (minute > 59) return out_of_range("minute");
    if (second > 59) return out_of_range("second");
    auto nanos = fraction();
    std::int64_t offset = 0;
    if (!zone(offset)) return fail(std::move(error_), 400);
    if (!rest_.empty()) return fail("parsing time " + quoted(text_) + ": extra text: " + quoted(rest_), 400);
    std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                     std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return out_of_range("day");
    auto days = std::chrono::sys_days{date}.time_since_epoch().count();
    return timestamp{std::int64_t{days} * 86400 + hour * 3600 + minute * 60 + second - offset, nanos};
  }

private:
  bool number(std::size_t width, std::string_view element, int& into) {
    if (rest_.size() < width) return cannot(element);
    for (std::size_t i = 0; i < width; ++i) {
      if (!is_digit(rest_[i])) return cannot(element);
      into = into * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return true;
  }
  bool mark(char c) {
    if (rest_.empty() || rest_.front() != c) return cannot({&c, 1});
    rest_.remove_prefix(1);
    return true;
  }
  std::int32_t fraction() {
    if (rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !is_digit(rest_[1])) return 0;
    rest_.remove_prefix(1);
    std::int32_t nanos = 0;
    int digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++digits)
      if (digits < 9) nanos = nanos * 10 + (rest_.front() - '0');
    for (; digits < 9; ++digits) nanos *= 10;
    return nanos;
  }
  bool zone(std::int64_t& offset) {
    static constexpr std::string_view element = "Z07:00";
    if (!rest_.empty() && rest_.front() == 'Z') {
      rest_.remove_prefix(1);
      return true;
    }
    auto whole = rest_;
    if (whole.size() < 6 || (whole[0] != '+' && whole[0] != '-') || whole[3] != ':' || !is_digit(whole[1]) ||
        !is_digit(whole[2]) || !is_digit(whole[4]) || !is_digit(whole[5]))
      return cannot(element);
    offset = ((whole[1] - '0') * 10 + (whole[2] - '0')) * 3600 + ((whole[4] - '0') * 10 + (whole[5] - '0')) * 60;
    if (whole[0] == '-') offset = -offset;
    rest_.remove_prefix(6);
    return true;
  }
  bool cannot(std::string_view element) {
    error_ = "parsing time " + quoted(text_) + " as \"2006-01-02T15:04:05Z07:00\": cannot parse " + quoted(rest_) +
             " as " + quoted(element);
    return false;
  }
  tl::unexpected<error> out_of_range(const char* what) const {
    return fail("parsing time " + quoted(text_) + ": " + what + " out of range", 400);
  }

  std::string_view text_, rest_;
  std::string error_;
};

} // namespace

expected<timestamp> timestamp_from_text(std::string_view text) { return time_parser(text).parse(); }

} // namespace praetor
