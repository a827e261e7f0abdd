#!/usr/bin/env python3
"""Mutants of the rules that the tests of core missed, against the independent oracle.

    python3 tools/mutants/oracle.py TREE OUT MATRIX [--cases 20000] [--seed 7]

TREE is a copy of the repository that may be changed; OUT is the mutants.out of a run of cargo-mutants on the same tree; MATRIX the printed
matrix (`dmp matrix show --format csv`). Prints one line a mutant, then the figures; with the names of those that nothing caught.
Mutants told by name in tools/mutants/equivalent.txt change nothing that can be seen, each for the reason given there.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# A mutant that never ends is caught too.
SECONDS = 600


def main():
    arguments = parse_arguments()
    outcomes = json.loads((arguments.out / "outcomes.json").read_text())["outcomes"]
    mutants = [one for one in outcomes if one["scenario"] != "Baseline"]
    viable = [one for one in mutants if one["summary"] != "Unviable"]
    missed = [one for one in viable if one["summary"] == "MissedMutant"]
    known = reasons()
    left = []
    for one in missed:
        name = one["scenario"]["Mutant"]["name"]
        caught = survives(arguments, one) is False
        print(("caught by the oracle" if caught else "equivalent" if name_of(name) in known else "SURVIVES").ljust(22), name, flush=True)
        if not caught:
            left.append(name)
    report(viable, missed, left, known)
    return 1 if len(viable) - len(left) < 0.95 * len(viable) else 0


def report(viable, missed, left, known):
    by_tests, by_oracle = len(viable) - len(missed), len(missed) - len(left)
    print(f"{len(viable)} mutants: {by_tests} caught by the tests of core, {by_oracle} by the oracle, {len(left)} survive")
    for name in left:
        print("  ", name, "-", known.get(name_of(name), "no reason is known"))
    print(f"{(len(viable) - len(left)) / max(len(viable), 1):.1%} caught")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("matrix", type=pathlib.Path)
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def name_of(name):
    """The mutant without its line and column, which move."""
    path, _, rest = name.partition(":")
    return f"{path} {rest.split(': ', 1)[-1]}"


def reasons():
    lines = (HERE / "equivalent.txt").read_text().splitlines()
    pairs = (line.split(" | ", 1) for line in lines if line and not line.startswith("#"))
    return {name: reason for name, reason in pairs}


def survives(arguments, one):
    """Whether the oracle agrees with the mutant on every case; None where the mutant does not build."""
    diff = (arguments.out / one["diff_path"]).resolve()
    patch = ["patch", "--quiet", "--input", diff, one["scenario"]["Mutant"]["file"]]
    subprocess.run(patch, cwd=arguments.tree, check=True)
    try:
        return agrees(arguments)
    finally:
        subprocess.run([*patch, "--reverse"], cwd=arguments.tree, check=True)


def agrees(arguments):
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", arguments.tree / "target"))
    build = ["cargo", "build", "--quiet", "--locked", "-p", "dmp-core", "--example", "oracle_adapter"]
    if subprocess.run(build, cwd=arguments.tree, stderr=subprocess.DEVNULL).returncode:
        return None
    run = [sys.executable, "oracle/run.py", "--policy", "both", "--adapter", target / "debug/examples/oracle_adapter",
           "--matrix", arguments.matrix, "--cases", str(arguments.cases), "--seed", str(arguments.seed), "--show", "0"]
    try:
        return subprocess.run([str(part) for part in run], cwd=arguments.tree, capture_output=True, timeout=SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    sys.exit(main())
