"""Runs both binaries with the same arguments against their own agents, and compares output and exit code."""

import os
import shlex
import shutil
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


def read_cases(path):
    """Lines of arguments as a shell splits them; `<<< TEXT` at the end gives standard input; a first word `consul` or
    `praetor` is left out."""
    if not os.path.exists(path):
        return
    with open(path) as lines:
        for line in lines:
            line = line.strip()
            if line and not line.startswith("#"):
                arguments, mark, text = line.partition("<<<")
                words = shlex.split(arguments)
                if words and words[0] in ("consul", "praetor"):
                    words = words[1:]
                yield line, words, " ".join(shlex.split(text)) + "\n" if mark else ""


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


def run_one(agent, folder, words, text):
    env = {name: value for name, value in os.environ.items() if not name.startswith("CONSUL_")}
    env.update(CONSUL_HTTP_ADDR="127.0.0.1:%d" % agent.ports["http"], HOME=folder, TERM="dumb", COLUMNS="80")
    try:
        done = subprocess.run([os.path.join(folder, "bin", "consul")] + words, input=text.encode(), cwd=folder, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
    except subprocess.TimeoutExpired:
        return {"exit code": "none in 20 s", "output": "", "errors": ""}
    texts = [stream.decode("utf-8", "backslashreplace").replace(folder, "<folder>").replace("praetor", "consul")
             .replace("Praetor", "Consul") for stream in (done.stdout, done.stderr)]
    return {"exit code": done.returncode, "output": texts[0], "errors": texts[1]}


def first_difference(a, b):
    """The first lines in which two texts differ, with their numbers."""
    left, right = a.split("\n"), b.split("\n")
    for i, (x, y) in enumerate(zip(left, right)):
        if x != y:
            return f"line {i + 1}: {x!r} != {y!r}"
    return f"{len(left)} lines != {len(right)}; then {(left + right)[min(len(left), len(right))]!r}"


def run(agents, comparer, report, mode, wanted, here):
    folders = [workplace(agent) for agent in agents]
    try:
        for file in ("cases/cli.txt", "cli_cases.txt"):
            for title, words, text in read_cases(os.path.join(here, file)):
                if wanted not in title:
                    continue
                results = [run_one(agent, folder, words, text) for agent, folder in zip(agents, folders)]
                differences = []
                for what in results[0]:
                    a, b = results[0][what], results[1][what]
                    if what == "exit code":
                        if a != b:
                            differences.append(f"{what}: {a} != {b}")
                    elif different := comparer.texts(a, b):
                        differences.append(f"{what}: {first_difference(*different)}")
                report.add("cli", mode, title, differences)
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
