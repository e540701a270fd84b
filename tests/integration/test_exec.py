"""Remote execution: agents run commands from the key-value store, triggered by an event."""

import subprocess
import unittest

from agent import AgentTest, BINARY, eventually


class Exec(AgentTest):
    def pair(self, **config):
        """A server and a client agent in one pool."""
        server = self.agent(node_name="one", disable_remote_exec=False).start()
        client = self.agent(node_name="two", server=False, bootstrap=False, **config,
                            retry_join=[f"127.0.0.1:{server.ports['serf_lan']}"])
        client.start()
        eventually(lambda: len(server.get("/v1/agent/members")) == 2, 20, "the client's join")
        return server, client

    def run_exec(self, agent, *arguments, **options):
        return subprocess.run([BINARY, "exec", f"-http-addr=127.0.0.1:{agent.ports['http']}", *arguments],
                              capture_output=True, text=True, timeout=60, **options)

    def test_every_agent_runs_the_command_and_its_output_and_exit_code_come_back(self):
        _, client = self.pair(disable_remote_exec=False)
        done = self.run_exec(client, "-verbose", "echo out; echo err >&2; exit 3")
        self.assertEqual(done.returncode, 2, done)
        for node in ("one", "two"):
            for line in (f"==> {node}: acknowledged", f"    {node}: out", f"    {node}: err",
                         f"==> {node}: finished with exit code 3"):
                self.assertIn(line + "\n", done.stdout)
        self.assertIn("2 / 2 node(s) completed / acknowledged\n", done.stdout)
        self.assertEqual(client.get("/v1/session/list"), [])
        self.assertEqual(client.request("GET", "/v1/kv/_rexec?keys")[0], 404)

    def test_one_node_runs_a_script_and_one_a_program_without_a_shell(self):
        server, _ = self.pair(disable_remote_exec=False)
        done = self.run_exec(server, "-node=two", "-", input="for n in 1 2; do echo line $n; done\n")
        self.assertEqual((done.returncode, done.stdout.splitlines()[:2]),
                         (0, ["    two: line 1", "    two: line 2"]), done)
        done = self.run_exec(server, "-node=two", "-shell=false", "echo", "a  b", "$HOME")
        self.assertEqual(done.stdout.splitlines()[0], "    two: a  b $HOME")

    def test_more_output_than_a_piece_comes_back_whole_and_in_order(self):
        server, _ = self.pair(disable_remote_exec=False)
        done = self.run_exec(server, "-node=two", "seq 1 30000")
        lines = [line.removeprefix("    two: ") for line in done.stdout.splitlines() if line.startswith("    two: ")]
        self.assertEqual("".join(lines), "".join(str(n) for n in range(1, 30001)))
        self.assertEqual(done.returncode, 0)

    def test_agents_that_do_not_take_part_ignore_it(self):
        server, client = self.pair()
        done = self.run_exec(server, "id")
        self.assertIn("1 / 1 node(s) completed / acknowledged\n", done.stdout)
        self.assertIn("ignoring remote exec event, disabled", client.output())


if __name__ == "__main__":
    unittest.main()
