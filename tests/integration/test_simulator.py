"""`praetor sim` as a program: its output depends on the command alone, not on the machine."""

import os
import subprocess
import tempfile
import unittest

from agent import BINARY


def simulate(*args, env=None, cwd=None):
    done = subprocess.run([BINARY, "sim", *args], env={**os.environ, **(env or {})}, cwd=cwd, capture_output=True,
                          text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


class SameOutput(unittest.TestCase):
    # Several kinds of servers, agents, coordinates and clocks, including floating-point computations.
    COMMAND = ("run", "clock_skew_and_sessions", "--seeds", "1..4", "--json")

    @staticmethod
    def without_wall_clock(text):
        return [line for line in text.splitlines() if '_seconds"' not in line and '_rate"' not in line]

    def test_on_processors_with_other_instructions_and_in_other_surroundings(self):
        code, usual, errors = simulate(*self.COMMAND, "--jobs", "2")
        self.assertEqual((code, errors), (0, ""))
        # The C library's mathematical functions have variants for processors with and without these.
        plain = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-FMA,-FMA4,-AVX512F,-SSE4_1,-SSE4_2,-ERMS"}
        elsewhere = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "HOME": "/nonexistent", "USER": "somebody"}
        with tempfile.TemporaryDirectory() as folder:
            for env, cwd, jobs in ((plain, None, "1"), (elsewhere, folder, "3")):
                code, out, errors = simulate(*self.COMMAND, "--jobs", jobs, env=env, cwd=cwd)
                self.assertEqual((code, errors), (0, ""))
                self.assertEqual(self.without_wall_clock(out), self.without_wall_clock(usual), env)

    def test_a_trial_and_a_replay(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "server.hcl")
            with open(file, "w") as to:
                to.write("performance { raft_multiplier = 2 }\n")
            commands = (("try", "--config-file", file, "--servers", "5", "--agents", "2", "--length", "40s"),
                        ("replay", "split_brain", "--seed", "3", "--until", "9s"))
            for command in commands:
                first = simulate(*command)
                self.assertEqual(first[0], 0, first)
                self.assertTrue(first[1])
                self.assertEqual(simulate(*command, cwd=folder), first)


if __name__ == "__main__":
    unittest.main()
