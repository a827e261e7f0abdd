#!/usr/bin/env python3
"""Run the oracle: alone (--self, --count) or against an adapter."""
import argparse
import collections
import json
import multiprocessing
import random
import shlex
import subprocess
import sys
import threading

import histories
import product
import product_accounts
from answers import Unsettled, matches
from functional_rights import FunctionalRights
from matrix import Matrix
from world import World

BATCH = 100
KINDS = ("product-care", "product-accounts", "histories")


def main():
    arguments = parse_arguments()
    if arguments.count:
        return print_count(arguments)
    totals = collect(arguments)
    for reason, text in sorted(totals["differences"])[:arguments.show]:
        print(text)
    print_histograms(totals, arguments)
    for kind in KINDS:
        print(f"{kind}: {totals['kinds'][kind]} cases")
    if arguments.adapter:
        for reason, count in totals["left_out"].items():
            if reason.startswith("--without"):
                print(f"{reason}: {count} cases left out")
        print(f"{totals['cases']} cases, {totals['different']} differences")
        return 1 if totals["different"] else 0
    print(f"{totals['cases']} cases")
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--adapter", help="command that reads cases on stdin and answers on stdout, one JSON a line")
    parser.add_argument("--matrix", help="printed matrix (columns of matrix.csv, profession_code as system|code)")
    parser.add_argument("--policy", choices=["mes-2024", "dmp-2012", "both"], default="both")
    parser.add_argument("--kind", choices=[*KINDS, "all"], default="all")
    parser.add_argument("--without", action="append", default=[], metavar="ACT", help="leave out the cases with this act; may be given several times")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--show", type=int, default=5, help="differences printed in full")
    parser.add_argument("--self", action="store_true", dest="alone", help="no adapter: histograms of the rules reached")
    parser.add_argument("--dump", action="store_true", help="print the cases with their expected answers, one JSON a line, and stop")
    parser.add_argument("--count", action="store_true", help="print the size of the full product, and stop")
    arguments = parser.parse_args()
    if not (arguments.adapter or arguments.alone or arguments.dump or arguments.count):
        parser.error("give --adapter, --self, --dump or --count")
    return arguments


def print_count(arguments):
    matrix = Matrix(arguments.matrix)
    total = 0
    for name, dimensions in (("care", product.care_dimensions(matrix)), ("accounts", product.account_dimensions(matrix))):
        print(f"{name}: " + " x ".join(f"{dimension} {len(values)}" for dimension, values, _ in dimensions) + f" = {product.size(dimensions):,}")
        total += product.size(dimensions)
    print(f"full product: {total:,} combinations")
    return 0


# --- cases ---------------------------------------------------------------------------------------------------------------------

class Maker:
    """Makes the cases of a seed; case n is the same whatever the number of jobs."""

    def __init__(self, arguments):
        self.seed, self.policy, self.kind = arguments.seed, arguments.policy, arguments.kind
        self.matrix, self.rights = Matrix(arguments.matrix), FunctionalRights()
        self.care, self.accounts = product.care_dimensions(self.matrix), product.account_dimensions(self.matrix)
        self.left_out, self.without = collections.Counter(), set(arguments.without)

    def kind_of(self, number):
        if self.kind != "all":
            return self.kind
        return "histories" if number % 11 == 0 else ("product-accounts" if number % 4 == 0 else "product-care")

    def make(self, number):
        """(kind, case, expected): the first settled case of this number."""
        kind = self.kind_of(number)
        for attempt in range(10000):
            rng = random.Random(f"{self.seed}/{number}/{attempt}")
            try:
                case, expected = self.draw(kind, number, attempt, rng)
                for act in self.without.intersection(one["act"] for one in case["acts"]):
                    raise Unsettled(f"--without {act}")
                return kind, case, expected
            except Unsettled as reason:
                self.left_out[str(reason)] += 1
        raise SystemExit(f"case {number}: nothing settled in 10000 attempts")

    def draw(self, kind, number, attempt, rng):
        if kind == "histories":
            return histories.draw(number, rng, self.matrix, self.rights, self.policy)
        dimensions, compile_case = (self.care, product.compile_care) if kind == "product-care" else (self.accounts, product_accounts.compile_account)
        choice = product.pick(dimensions, product.index_of(dimensions, self.seed, number + attempt * 1000003, rng))
        if self.policy != "both" and choice["policy"] != self.policy:
            choice["policy"] = self.policy
        case = compile_case(choice, number, rng)
        world = World(case, self.matrix, self.rights)
        return case, [world.perform(act) for act in case["acts"]]


# --- comparison ----------------------------------------------------------------------------------------------------------------

class Adapter:
    def __init__(self, command):
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def answer(self, cases):
        """One answer a case, in order. Writing goes in its own thread, so that neither pipe can block the other."""
        writer = threading.Thread(target=self.write, args=(cases,), daemon=True)
        writer.start()
        answers = [self.read(case) for case in cases]
        writer.join()
        return answers

    def write(self, cases):
        self.process.stdin.write("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases))
        self.process.stdin.flush()

    def read(self, case):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the adapter ended at case {case['case']}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def first_difference(case, expected, got):
    """The index of the first act answered otherwise, or None."""
    answers = got.get("answers", []) if got.get("case") == case["case"] else []
    for index, one in enumerate(expected):
        if index >= len(answers) or not matches(one, answers[index]):
            return index
    return None


def describe(case, expected, got, index):
    answers = got.get("answers", [])
    return "\n".join([
        f"--- case {case['case']}, act {index}",
        "case:     " + json.dumps(case, ensure_ascii=False),
        "act:      " + json.dumps(case["acts"][index], ensure_ascii=False),
        "expected: " + json.dumps(expected[index], ensure_ascii=False),
        "got:      " + (json.dumps(answers[index], ensure_ascii=False) if index < len(answers) else json.dumps(got, ensure_ascii=False)), ""])


def work(arguments, job, results):
    totals = {"cases": 0, "different": 0, "differences": [], "codes": collections.Counter(), "acts": collections.Counter(),
              "kinds": collections.Counter()}
    maker = Maker(arguments)
    adapter = Adapter(arguments.adapter) if arguments.adapter else None
    numbers = range(job, arguments.cases, arguments.jobs)
    for start in range(0, len(numbers), BATCH):
        made = [maker.make(number) for number in numbers[start:start + BATCH]]
        got = adapter.answer([case for _, case, _ in made]) if adapter else [None] * len(made)
        for (kind, case, expected), answer in zip(made, got):
            account_for(totals, arguments, kind, case, expected, answer)
    if adapter:
        adapter.close()
    totals["left_out"] = maker.left_out
    results.put(totals)


def account_for(totals, arguments, kind, case, expected, got):
    totals["cases"] += 1
    totals["kinds"][kind] += 1
    count_rules(totals, case, expected)
    index = first_difference(case, expected, got) if got is not None else None
    if index is not None:
        totals["different"] += 1
        if len(totals["differences"]) < arguments.show:
            totals["differences"].append((case["case"], describe(case, expected, got, index)))


def count_rules(totals, case, expected):
    for act, one in zip(case["acts"], expected):
        code = "|".join(one["code"]) if isinstance(one["code"], list) else one["code"]
        totals["codes"][code if "item" not in one or code == "ok" else f"{code} ({one['item']})"] += 1
        totals["acts"][act["act"], "ok" if one["code"] == "ok" else "not ok"] += 1


def collect(arguments):
    if arguments.dump:
        return dump(arguments)
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(arguments, job, results)) for job in range(arguments.jobs)]
    for worker in workers:
        worker.start()
    parts = gather(workers, results)
    return {"cases": sum(part["cases"] for part in parts), "different": sum(part["different"] for part in parts),
            "differences": [one for part in parts for one in part["differences"]],
            **{name: sum((part[name] for part in parts), collections.Counter()) for name in ("codes", "acts", "kinds", "left_out")}}


def gather(workers, results):
    parts = []
    while len(parts) < len(workers):
        try:
            parts.append(results.get(timeout=1))
        except Exception:       # queue.Empty: look whether a worker has died
            if any(worker.exitcode not in (None, 0) for worker in workers):
                for worker in workers:
                    worker.terminate()
                raise SystemExit("a worker failed: see above")
    return parts


def dump(arguments):
    maker = Maker(arguments)
    for number in range(arguments.cases):
        _, case, expected = maker.make(number)
        print(json.dumps({"case": case, "expected": expected}, ensure_ascii=False))
    raise SystemExit(0)


def print_histograms(totals, arguments):
    if not arguments.alone:
        return
    print("answers, over all acts:")
    for code, count in totals["codes"].most_common():
        print(f"  {count:9} {code}")
    print("acts (ok / not ok):")
    for act in sorted({act for act, _ in totals["acts"]}):
        print(f"  {act:28} {totals['acts'][act, 'ok']:9} {totals['acts'][act, 'not ok']:9}")
    print("combinations left out, by reason:")
    for reason, count in totals["left_out"].most_common():
        print(f"  {count:9} {reason}")


if __name__ == "__main__":
    sys.exit(main())
