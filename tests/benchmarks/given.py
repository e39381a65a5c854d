"""2. The given code: the same model on the given core and on one that loops over the batch."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.process import Contestant
from tests.benchmarks.timing import ROUNDS, Missing, Table, seconds, times, turns
from tests.benchmarks.training import cost

EXAMPLES = 6_000  # the loop would take a minute for all
HIDDEN = 398


def run(rounds: int = ROUNDS) -> Iterator[Table]:
    players = {
        "given core": Contestant("reference", HIDDEN, "Adam", examples=EXAMPLES),
        "looping core": Contestant("looping core", HIDDEN, "Adam", examples=EXAMPLES),
    }
    found = turns({name: lambda player=player: player.ask("train", 1, 1) for name, player in players.items()}, rounds)
    for player in players.values():
        player.close()
    rows = []
    base = cost(found["given core"])
    for name, given in found.items():
        assert not isinstance(given, Missing)
        wall, cpu = cost(given)
        rows.append([name, seconds(wall * 10), seconds(cpu * 10), times(wall, base[0], 1), times(cpu, base[1], 1)])
    yield Table(
        "The given code: 784-398-10 on the template's core and on one that loops over the batch",
        ("", "an epoch", "CPU", "this / given", "by CPU"),
        rows,
        f"Measured on {EXAMPLES:,} examples and multiplied: an epoch has 60,000.",
    )
