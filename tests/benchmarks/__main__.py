"""python -m tests.benchmarks [--only NAME ...] [--rounds N]"""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from tests.benchmarks import machine, tools
from tests.benchmarks.timing import ROUNDS, Missing

SUBJECTS = ("training", "given", "goals", "grading", "remote", "load", "growth", "class_throughput")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measures, and prints Markdown.")
    parser.add_argument(
        "--only", metavar="NAME", nargs="+", choices=SUBJECTS, default=SUBJECTS, help=", ".join(SUBJECTS)
    )
    parser.add_argument("--rounds", metavar="N", type=int, default=ROUNDS, help=f"turns of each (default {ROUNDS})")
    parser.add_argument("--install", action="store_true", help="install the other graders, each by itself, and stop")
    options = parser.parse_args()
    if options.install:
        return tools.install()
    print(machine.description(), flush=True)
    unmeasured = False
    for name in options.only:
        start = time.monotonic()
        try:
            for table in importlib.import_module(f"tests.benchmarks.{name}").run(options.rounds):
                print(f"\n{table.markdown()}", flush=True)
        except Missing as error:
            unmeasured = True
            print(f"benchmarks: {name} is not measured: {error}", file=sys.stderr, flush=True)
        print(f"({name}: {time.monotonic() - start:.0f} s; load average {machine.busy()})", flush=True)
    return 2 if unmeasured else 0


if __name__ == "__main__":
    sys.exit(main())
