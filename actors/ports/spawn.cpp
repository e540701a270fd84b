#include "actors/ports/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace praetor {

namespace {

/// For exec(3). The texts must outlive the result.
std::vector<char*> pointers_to(const string_list& texts) {
  std::vector<char*> out;
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// This process's environment with additional variables.
string_list environment_with(const string_list& added) {
  string_list out;
  auto name_of = [](std::string_view variable) { return variable.substr(0, variable.find('=')); };
  for (char** each = environ; *each != nullptr; ++each)
    if (std::none_of(added.begin(), added.end(), [&](const auto& a) { return name_of(a) == name_of(*each); }))
      out.emplace_back(*each);
  out.insert(out.end(), added.begin(), added.end());
  return out;
}

std::string cannot_start(const std::string& program, int code) {
  if (program.find('/') == std::string::npos && code == ENOENT)
    return "exec: " + praetor::quoted(program) + ": executable file not found in $PATH";
  return "fork/exec " + program + ": " + lower_case(std::strerror(code));
}

/// Go's name of a signal.
std::string signal_text(int number) {
  switch (number) {
  case SIGHUP: return "hangup";
  case SIGINT: return "interrupt";
  case SIGQUIT: return "quit";
  case SIGABRT: return "aborted";
  case SIGKILL: return "killed";
  case SIGSEGV: return "segmentation fault";
  case SIGPIPE: return "broken pipe";
  case SIGALRM: return "alarm clock";
  case SIGTERM: return "terminated";
  case SIGUSR1: return "user defined signal 1";
  case SIGUSR2: return "user defined signal 2";
  default: return "signal " + std::to_string(number);
  }
}

/// Spawn attributes that must be freed.
struct spawn_settings {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  explicit spawn_settings(const spawn_request& request) {
    posix_spawn_file_actions_init(&files);
    if (request.input >= 0)
      posix_spawn_file_actions_adddup2(&files, request.input, STDIN_FILENO);
    else
      posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (request.output >= 0)
      for (int stream : {STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_adddup2(&files, request.output, stream);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (request.own_group) flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(&attributes, flags);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t none, standard;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    sigfillset(&standard);
    sigdelset(&standard, SIGKILL);
    sigdelset(&standard, SIGSTOP);
    posix_spawnattr_setsigdefault(&attributes, &standard);
  }
  ~spawn_settings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;
};

} // namespace

expected<pid_t> spawn(const spawn_request& request) {
  spawn_settings settings(request);
  auto argv = pointers_to(request.arguments);
  auto variables = environment_with(request.environment);
  pid_t process = 0;
  int failed = ::posix_spawnp(&process, argv[0], &settings.files, &settings.attributes, argv.data(),
                              pointers_to(variables).data());
  if (failed) return fail(cannot_start(request.arguments.front(), failed));
  return process;
}

std::string exit_text(int status) {
  if (WIFSIGNALED(status)) return "signal: " + signal_text(WTERMSIG(status));
  auto code = WEXITSTATUS(status);
  return code == 0 ? "" : "exit status " + std::to_string(code);
}

string_list shell_command(const std::string& script) {
  const char* shell = std::getenv("SHELL");
  return {shell && *shell ? shell : "/bin/sh", "-c", script};
}

} // namespace praetor
