"""5. Under load: the same training beside a busy neighbour on each core."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from tests.benchmarks.process import Contestant
from tests.benchmarks.timing import ROUNDS, Missing, Table, environment, seconds, times, turns
from tests.benchmarks.training import cost

HIDDEN, EXAMPLES = 398, 20_000
NEIGHBOUR = "while True: pass"


class Neighbours:
    """A busy process for each core, while it is asked for."""

    def __enter__(self) -> None:
        command = [sys.executable, "-c", NEIGHBOUR]
        self.busy = [subprocess.Popen(command, env=environment(1)) for _ in range(os.cpu_count() or 1)]

    def __exit__(self, *exception: object) -> None:
        for each in self.busy:
            each.kill()
            each.wait()


def run(rounds: int = ROUNDS) -> Iterator[Table]:
    threads = {"one BLAS thread": 1, f"{os.cpu_count()} BLAS threads": os.cpu_count() or 1}
    players = {name: Contestant("reference", HIDDEN, "Adam", count, EXAMPLES) for name, count in threads.items()}

    def crowded(player: Contestant) -> object:
        with Neighbours():
            return player.ask("train", 1, 1)

    quiet = {f"{name}, alone": lambda player=player: player.ask("train", 1, 1) for name, player in players.items()}
    busy = {f"{name}, neighbours": lambda player=player: crowded(player) for name, player in players.items()}
    found = turns(quiet | busy, rounds)
    for player in players.values():
        player.close()
    base = cost(found["one BLAS thread, alone"])
    rows = []
    for name, given in found.items():
        assert not isinstance(given, Missing)
        wall, cpu = cost(given)
        rows.append([name, seconds(wall), seconds(cpu), times(wall, base[0]), times(cpu, base[1]), times(wall, cpu)])
    yield Table(
        f"Under load: {EXAMPLES:,} examples through 784-398-10 with Adam, a busy neighbour on each core",
        ("", "wall", "CPU", "wall / one thread alone", "CPU / one thread alone", "wall / CPU"),
        rows,
        "The grader trains with one thread: its CPU seconds hold; the last column shows how far the wall clock is off.",
    )
