"""Long-running commands end at once on a signal, together with all processes that they started."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from agent import BINARY, AgentTest, eventually


def alive(pid):
    """Whether a process runs; zombies do not count."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@contextlib.contextmanager
def silent_server():
    """@returns the port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = []

        def take():
            with contextlib.suppress(OSError):
                while True:
                    taken.append(listener.accept()[0])
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in taken:
                one.close()


class SignalTest(AgentTest):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="praetor-signals-")
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def launch(self, command, *arguments, port, **options):
        process = subprocess.Popen([BINARY, command, f"-http-addr=127.0.0.1:{port}", *arguments], text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   cwd=self.folder.name, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def content(self, name):
        try:
            with open(self.path(name)) as text:
                return text.read()
        except OSError:
            return ""

    def child(self, *, trap=""):
        """A script that reports its process ids and the signals that reach it, and runs for long."""
        traps = "".join(f'trap "echo {name} >> {self.path("signals")}; exit 0" {name}; ' for name in trap.split())
        return (f'{traps}sleep 300 & echo $$ $! > {self.path("pids.new")}; '
                f'mv {self.path("pids.new")} {self.path("pids")}; wait')

    def running(self):
        eventually(lambda: self.content("pids"), 20, "the child's start")
        return [int(pid) for pid in self.content("pids").split()]

    def all_end(self, process, pids, code=0):
        self.assertEqual(process.wait(10), code)
        eventually(lambda: not any(alive(pid) for pid in pids), 10, "the end of the children")


class Watch(SignalTest):
    def watch(self, agent, script, **options):
        return self.launch("watch", "-type=key", "-key=a", script, port=agent.ports["http"], **options)

    def test_it_ends_with_its_handler(self):
        agent = self.agent().start()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number):
                process = self.watch(agent, self.child())
                pids = self.running()
                process.send_signal(number)
                self.all_end(process, pids)
                os.remove(self.path("pids"))

    def test_the_handler_gets_the_signal_that_the_command_got(self):
        agent = self.agent().start()
        for number, name in ((signal.SIGTERM, "TERM"), (signal.SIGINT, "INT")):
            with self.subTest(signal=name):
                process = self.watch(agent, self.child(trap="TERM INT HUP"))
                pids = self.running()
                process.send_signal(number)
                self.all_end(process, pids)
                self.assertEqual(self.content("signals").split()[-1], name)
                os.remove(self.path("pids"))

    def test_a_handler_that_reads_nothing_does_not_hold_it_up(self):
        agent = self.agent().start()
        agent.put("/v1/kv/a", "x" * 400000)  # more than a pipe's buffer
        process = self.watch(agent, self.child())
        pids = self.running()
        process.send_signal(signal.SIGTERM)
        self.all_end(process, pids)

    def test_a_handler_that_takes_no_notice_is_killed(self):
        agent = self.agent().start()
        process = self.watch(agent, f'trap "" TERM; {self.child()}')
        pids = self.running()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)
        eventually(lambda: not any(alive(pid) for pid in pids), 10, "the end of the children")

    def test_signals_that_mean_nothing_disturb_neither(self):
        agent = self.agent().start()
        process = self.watch(agent, self.child())
        pids = self.running()
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM):
            process.send_signal(number)
        process.send_signal(signal.SIGTERM)
        self.all_end(process, pids)


class Lock(SignalTest):
    def lock(self, agent, script, *flags):
        return self.launch("lock", *flags, "l", script, port=agent.ports["http"])

    def test_it_ends_with_its_child_and_gives_the_lock_back(self):
        agent = self.agent().start()
        for number, name in ((signal.SIGTERM, "TERM"), (signal.SIGINT, "INT"), (signal.SIGHUP, "HUP")):
            with self.subTest(signal=name):
                process = self.lock(agent, self.child(trap="TERM INT HUP"))
                pids = self.running()
                process.send_signal(number)
                self.all_end(process, pids)
                self.assertEqual(self.content("signals").split()[-1], name)
                self.assertEqual(agent.request("GET", "/v1/kv/l?keys")[0], 404)
                self.assertEqual(agent.get("/v1/session/list"), [])
                os.remove(self.path("pids"))

    def test_signals_that_mean_nothing_disturb_neither(self):
        agent = self.agent().start()
        process = self.lock(agent, self.child(trap="USR1 USR2"))
        pids = self.running()
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            process.send_signal(number)
        self.assertEqual(agent.request("GET", "/v1/kv/l?keys")[0], 200)
        process.send_signal(signal.SIGTERM)
        self.all_end(process, pids)
        self.assertEqual(self.content("signals"), "")

    def test_it_ends_while_it_waits_for_the_lock(self):
        agent = self.agent().start()
        holder = self.lock(agent, self.child())
        self.running()
        waiting = self.lock(agent, "true", "-verbose")
        self.assertIn("Setting up lock", waiting.stdout.readline())
        eventually(lambda: len(agent.get("/v1/session/list")) == 2, 20, "the session of the one that waits")
        waiting.send_signal(signal.SIGINT)
        self.assertEqual(waiting.wait(10), 1)
        holder.send_signal(signal.SIGTERM)
        self.assertEqual(holder.wait(10), 0)


class Others(SignalTest):
    def test_they_end_though_the_agent_does_not_answer(self):
        cases = {"watch": ("-type=key", "-key=a", "true"), "lock": ("l", "true"), "exec": ("true",), "monitor": (),
                 "debug": ()}
        with silent_server() as port:
            for command, arguments in cases.items():
                for number in (signal.SIGTERM, signal.SIGINT):
                    with self.subTest(command=command, signal=number):
                        process = self.launch(command, *arguments, port=port)
                        connected = f":{port:04X} "
                        eventually(lambda: connected in self.connections_of(process), 20, "the connection")
                        process.send_signal(number)
                        process.wait(10)

    @staticmethod
    def connections_of(process):
        """The remote ports of the process's established TCP connections, as the kernel lists them."""
        with contextlib.suppress(OSError):
            descriptors = f"/proc/{process.pid}/fd"
            sockets = {os.readlink(os.path.join(descriptors, fd)) for fd in os.listdir(descriptors)}
            with open("/proc/net/tcp") as table:
                rows = [line.split() for line in table.readlines()[1:]]
            return "".join(f":{row[2].split(':')[1]} " for row in rows if f"socket:[{row[9]}]" in sockets)
        return ""

    def test_an_execution_takes_its_keys_along(self):
        agent = self.agent(disable_remote_exec=False).start()
        process = self.launch("exec", "-wait=60s", "sleep 60", port=agent.ports["http"])
        eventually(lambda: agent.request("GET", "/v1/kv/_rexec?keys")[2].count(b"/ack"), 20, "the acknowledgement")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10), 1)
        self.assertEqual(agent.request("GET", "/v1/kv/_rexec?keys")[0], 404)

    def test_the_monitor_ends_well(self):
        agent = self.agent().start()
        process = self.launch("monitor", "-log-level=trace", port=agent.ports["http"])

        def line_came():
            agent.get("/v1/status/leader")
            return select.select([process.stdout], [], [], 0)[0]
        eventually(line_came, 20, "a line of the log")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10), 0)

    def test_a_second_signal_ends_the_leave_of_an_agent(self):
        first = self.agent().start()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(second=number):
                # It serves for a minute after its leave: longer than the leave may take.
                leaving = self.agent(node_name=f"n{int(number)}", server=False, bootstrap=False, leave_on_terminate=True,
                                     retry_join=[f"127.0.0.1:{first.ports['serf_lan']}"],
                                     performance={"raft_multiplier": 1, "leave_drain_time": "60s"}).start()
                leaving.process.send_signal(signal.SIGTERM)
                eventually(lambda: "Gracefully shutting down agent..." in leaving.output(), 10, "the leave's begin")
                self.assertEqual(leaving.end(number, timeout=10), 1)
                self.assertIn("Caught second signal, Exiting", leaving.output())
                self.assertNotIn("Timeout on graceful leave", leaving.output())

    def test_the_simulator_ends_with_its_workers(self):
        process = subprocess.Popen([BINARY, "sim", "run", "all", "--seeds", "1..200"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder.name)
        self.addCleanup(process.wait)
        self.addCleanup(lambda: process.poll() is None and process.kill())

        def workers():
            with open(f"/proc/{process.pid}/task/{process.pid}/children") as children:
                return [int(pid) for pid in children.read().split()]
        found = eventually(workers, 30, "the workers")
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        eventually(lambda: not any(alive(pid) for pid in found), 10, "the workers' end")


if __name__ == "__main__":
    unittest.main()
