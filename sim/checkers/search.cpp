#include "sim/checkers/search.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

namespace praetor::sim {

namespace {

using number = std::uint32_t;

/// A step with numbers instead of texts.
struct numbered_step {
  step::kind what;
  number slot;
  std::vector<number> values;
};

struct numbered_operation {
  std::vector<numbered_step> steps;
  bool refused, changes;
  duration begin, end;
};

using values = std::vector<number>;

class search {
public:
  search(const std::vector<operation>& operations, std::uint64_t most_states) : most_states_(most_states) {
    std::vector<const operation*> sorted;
    for (const auto& op : operations) {
      bool tells_nothing = op.ended == outcome::unknown && !op.changes();
      if (op.ended != outcome::fail && !tells_nothing) sorted.push_back(&op);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->begin < b->begin; });
    for (auto* op : sorted) (op->ended == outcome::ok ? sure_ : open_).push_back(translate(*op));
  }

  verdict run() {
    std::vector<state> waiting{{0, {}, std::vector<bool>(open_.size()), values(slots_.size(), 0)}};
    for (std::uint64_t looked_at = 0; !waiting.empty(); ++looked_at) {
      if (looked_at == most_states_) return verdict::undecided;
      auto at = std::move(waiting.back());
      waiting.pop_back();
      take_what_changes_nothing(at);
      if (at.first == sure_.size()) return verdict::explained;
      if (!seen_.insert(key(at)).second) continue;
      continue_from(at, waiting);
    }
    return verdict::impossible;
  }

private:
  /// The set of linearized operations, and the resulting register values.
  struct state {
    std::size_t first;       ///< all sure operations before this are linearized, this one is not
    std::vector<bool> done;  ///< whether those from `first` on are
    std::vector<bool> taken; ///< unknown operations that have taken effect
    values held;

    bool is_done(std::size_t i) const { return i - first < done.size() && done[i - first]; }
    void mark(std::size_t i) {
      if (done.size() <= i - first) done.resize(i - first + 1);
      done[i - first] = true;
      std::size_t passed = 0;
      while (passed < done.size() && done[passed]) ++passed;
      first += passed;
      done.erase(done.begin(), done.begin() + static_cast<std::ptrdiff_t>(passed));
    }
  };

  number value_number(const std::string& text) {
    return text.empty() ? 0 : values_.emplace(text, static_cast<number>(values_.size() + 1)).first->second;
  }
  numbered_operation translate(const operation& op) {
    numbered_operation out{{}, op.refused, op.changes() && !op.refused, op.begin, op.end};
    for (const auto& s : op.steps) {
      auto slot = slots_.emplace(s.name, static_cast<number>(slots_.size())).first->second;
      numbered_step n{s.what, slot, {}};
      for (const auto& v : s.values) n.values.push_back(value_number(v));
      out.steps.push_back(std::move(n));
    }
    return out;
  }

  static bool holds(const numbered_step& s, number held) {
    bool listed = std::find(s.values.begin(), s.values.end(), held) != s.values.end();
    return listed == (s.what == step::kind::one_of);
  }
  /// The register values after the operation; nothing if it is impossible here.
  static std::optional<values> outcome_of(const numbered_operation& op, const values& before) {
    auto held = before;
    for (const auto& s : op.steps) {
      auto& v = held[s.slot];
      if (s.what == step::kind::set)
        v = s.values[0];
      else if (s.what == step::kind::replace)
        v = v == s.values[0] ? s.values[1] : v;
      else if (!holds(s, v))
        return op.refused ? std::optional(before) : std::nullopt;
    }
    if (op.refused) return {};
    return held;
  }

  /// Calls `f` with the number of each sure operation that may come next.
  /// @returns the time by which the next one must have begun
  template <class F>
  duration each_next(const state& at, F f) const {
    auto limit = duration::max();
    for (auto i = at.first; i < sure_.size() && sure_[i].begin <= limit; ++i)
      if (!at.is_done(i)) limit = std::min(limit, sure_[i].end);
    for (auto i = at.first; i < sure_.size() && sure_[i].begin <= limit; ++i)
      if (!at.is_done(i)) f(i);
    return limit;
  }

  void take_what_changes_nothing(state& at) const {
    for (bool again = true; again;) {
      again = false;
      std::vector<std::size_t> fitting;
      each_next(at, [&](std::size_t i) {
        if (!sure_[i].changes && outcome_of(sure_[i], at.held)) fitting.push_back(i);
      });
      for (auto i : fitting) at.mark(i), again = true;
    }
  }

  void continue_from(const state& at, std::vector<state>& waiting) const {
    std::vector<std::size_t> next;
    auto limit = each_next(at, [&](std::size_t i) { next.push_back(i); });
    std::vector<const numbered_operation*> unsatisfied;
    for (auto i : next)
      if (!outcome_of(sure_[i], at.held)) unsatisfied.push_back(&sure_[i]);
    for (std::size_t i = 0; i < open_.size() && open_[i].begin <= limit; ++i)
      if (!at.taken[i] && !outcome_of(open_[i], at.held)) unsatisfied.push_back(&open_[i]);
    // Last in, first tried: operations that certainly happened, in order of their end.
    for (std::size_t i = 0; i < open_.size() && open_[i].begin <= limit; ++i) {
      if (at.taken[i] || (!touches_several(open_[i]) && !is_waited_for(open_[i], unsatisfied))) continue;
      auto held = outcome_of(open_[i], at.held);
      if (!held || *held == at.held) continue;
      waiting.push_back(at);
      waiting.back().taken[i] = true;
      waiting.back().held = std::move(*held);
    }
    std::stable_sort(next.begin(), next.end(), [&](auto a, auto b) { return sure_[a].end > sure_[b].end; });
    for (auto i : next) {
      if (!sure_[i].changes) continue;
      auto held = outcome_of(sure_[i], at.held);
      if (!held) continue;
      waiting.push_back(at);
      waiting.back().mark(i);
      waiting.back().held = std::move(*held);
    }
  }

  /// An operation on several registers can't be deferred until it is needed: by then, its effect on one of them may
  /// have been overwritten, or its precondition may be gone.
  static bool touches_several(const numbered_operation& op) {
    return std::any_of(op.steps.begin(), op.steps.end(), [&](auto& s) { return s.slot != op.steps.front().slot; });
  }
  /// Whether an unknown operation affects a register that currently blocks another operation.
  static bool is_waited_for(const numbered_operation& op, const std::vector<const numbered_operation*>& unsatisfied) {
    for (const auto* other : unsatisfied) {
      if (other == &op) continue;
      for (const auto& condition : other->steps) {
        if (condition.what != step::kind::one_of && condition.what != step::kind::none_of) continue;
        for (const auto& s : op.steps) {
          if (s.slot != condition.slot || s.what == step::kind::one_of || s.what == step::kind::none_of) continue;
          if (other->refused || holds(condition, s.values.back())) return true;
        }
      }
    }
    return false;
  }

  static std::string key(const state& at) {
    std::string out;
    auto add = [&](std::uint64_t n) { out.append(reinterpret_cast<const char*>(&n), 4); };
    auto add_bits = [&](const std::vector<bool>& bits) {
      add(bits.size());
      char c = 0;
      for (std::size_t i = 0; i < bits.size(); ++i) {
        c = static_cast<char>(c << 1 | (bits[i] ? 1 : 0));
        if (i % 8 == 7 || i + 1 == bits.size()) out.push_back(std::exchange(c, 0));
      }
    };
    add(at.first);
    add_bits(at.done);
    add_bits(at.taken);
    for (auto v : at.held) add(v);
    return out;
  }

  std::uint64_t most_states_;
  std::map<std::string, number> slots_, values_;
  std::vector<numbered_operation> sure_, open_; ///< sorted by begin
  std::unordered_set<std::string> seen_;
};

} // namespace

verdict find_order(const std::vector<operation>& operations, std::uint64_t most_states) {
  return search(operations, most_states).run();
}

} // namespace praetor::sim
