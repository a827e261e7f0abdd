#!/usr/bin/env python3
"""An adapter answered by the oracle itself: it shows the protocol, and that the comparison finds no difference where there is none.

`--lie CODE` answers that code to every retrieve, to show that the comparison finds differences.
"""
import argparse
import json
import sys

from answers import ANY, NOT_OK, REFUSED
from functional_rights import FunctionalRights
from matrix import Matrix
from world import World


def settle(expected):
    """One answer that agrees with what is expected."""
    code = {ANY: "ok", NOT_OK: REFUSED}.get(expected["code"], expected["code"]) if isinstance(expected["code"], str) else expected["code"][0]
    value = {key: one[0] if isinstance(one, list) else one for key, one in (expected.get("value") or {}).items()}
    return {**expected, "code": code, "value": value}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matrix")
    parser.add_argument("--lie")
    arguments = parser.parse_args()
    matrix, rights = Matrix(arguments.matrix), FunctionalRights()
    for line in sys.stdin:
        case = json.loads(line)
        world = World(case, matrix, rights)
        answers = [settle(world.perform(act)) for act in case["acts"]]
        if arguments.lie:
            answers = [{"code": arguments.lie} if act["act"] == "retrieve" else one for act, one in zip(case["acts"], answers)]
        print(json.dumps({"case": case["case"], "answers": answers}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
