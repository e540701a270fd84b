#pragma once

#include <string>
#include <string_view>

namespace praetor::state {

/// Visits the texts of a record that become keys of tables.
class key_visitor {
public:
  /// A part of a composite key. A zero byte terminates each part, so a part must not contain one.
  virtual void part(std::string_view member, const std::string& text) = 0;
  /// A key of its own, or the last part of a composite one: may contain any byte.
  virtual void whole(std::string_view member, const std::string& text) = 0;

protected:
  ~key_visitor() = default;
};

// Beside its schema each table has
//
//   void key_parts(const record&, key_visitor&);
//
// which visits every text of a record that becomes part of a key.

template <class Record>
concept has_key_parts = requires(const Record& record, key_visitor& visit) {
  key_parts(record, visit);
};

/// True if no part of the record's keys holds a zero byte.
template <has_key_parts Record>
bool has_sound_keys(const Record& record) {
  struct : key_visitor {
    bool sound = true;
    void part(std::string_view, const std::string& text) override {
      sound = sound && text.find('\0') == std::string::npos;
    }
    void whole(std::string_view, const std::string&) override {}
  } visit;
  key_parts(record, visit);
  return visit.sound;
}

} // namespace praetor::state
