"""Runs both binaries with the same arguments against their own agents, and compares output and exit code."""

import os
import re
import shutil
import signal
import subprocess
import tempfile

FIXTURES = {
    "value.txt": "from a file\n",
    "service.json": '{"service": {"name": "cli-file", "port": 123, "tags": ["a"]}}\n',
    "service.hcl": 'service {\n  name = "cli-hcl"\n  port = 124\n}\n',
    "bad.json": "{bad\n",
    "good-config/a.json": '{"datacenter": "dc1", "data_dir": "data"}\n',
    "bad-config/a.json": '{"nope": 1}\n',
    "import.json": '[{"key": "imported/a", "flags": 5, "value": "aGk="}, {"key": "imported/b", "value": ""}]\n',
}


INDEX = re.compile(r"((?:Create|Modify|Last ?|applied_|commit_|last_log_|last_snapshot_)[Ii]ndex\W+)\d+")
HELP_ITEM = re.compile(r"^ {2,}(-[A-Za-z][\w.-]*)|^ {4}([a-z][\w-]*) {2,}\S", re.MULTILINE)


def read_cases(path):
    """Each line is run by sh, with the program under test as `consul`."""
    with open(path) as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield line.strip()


def without_help(text):
    """Keeps only the names of flags and commands of a help text; the wording may differ."""
    before, usage, after = text.partition("Usage:")
    if not usage:
        return text
    names = {(flag or command).rstrip(".") for flag, command in HELP_ITEM.findall(after)}
    return before + "Usage: " + " ".join(sorted(names))


def workplace(agent):
    folder = tempfile.mkdtemp(prefix=f"likeness-cli-{agent.label}-")
    for name, text in FIXTURES.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)
    os.makedirs(os.path.join(folder, "bin"))
    os.symlink(agent.binary, os.path.join(folder, "bin", "consul"))
    return folder


def run_one(agent, folder, line):
    env = {name: value for name, value in os.environ.items() if not name.startswith("CONSUL_")}
    env.update(CONSUL_HTTP_ADDR="127.0.0.1:%d" % agent.ports["http"], HOME=folder, TERM="dumb", COLUMNS="80",
               TMPDIR=folder, PATH=os.path.join(folder, "bin") + ":" + env.get("PATH", "/usr/bin:/bin"))
    one = subprocess.Popen(["/bin/sh", "-c", line], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        streams = one.communicate(timeout=20)
        code = one.returncode
    except subprocess.TimeoutExpired:
        os.killpg(one.pid, signal.SIGKILL)  # including the shell's children
        streams, code = one.communicate(), "none in 20 s"
    texts = [without_help(INDEX.sub(r"\1<index>", stream.decode("utf-8", "backslashreplace").replace(folder, "<folder>")
                                    .replace("praetor", "consul").replace("Praetor", "Consul"))) for stream in streams]
    return {"exit code": code, "output": texts[0], "errors": texts[1]}


def first_difference(a, b):
    """The first differing lines of two texts, with their numbers."""
    left, right = a.split("\n"), b.split("\n")
    for i, (x, y) in enumerate(zip(left, right)):
        if x != y:
            return f"line {i + 1}: {x!r} != {y!r}"
    return f"{len(left)} lines != {len(right)}; then {(left + right)[min(len(left), len(right))]!r}"


def run(agents, comparer, report, mode, wanted, path):
    """Runs the lines of one file in order; later lines see the effects of earlier ones."""
    folders = [workplace(agent) for agent in agents]
    try:
        for line in read_cases(path):
            results = [run_one(agent, folder, line) for agent, folder in zip(agents, folders)]
            differences = []
            for what, a in results[0].items():
                b = results[1][what]
                if what == "exit code":
                    if a != b:
                        differences.append(f"{what}: {a} != {b}")
                elif different := comparer.texts(a, b):
                    differences.append(f"{what}: {first_difference(*different)}")
            if wanted in line:
                report.add("cli", mode, line, differences)
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
