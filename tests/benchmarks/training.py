"""1. Training: the reference against PyTorch, scikit-learn and hand-written NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from tests.benchmarks.process import Contestant
from tests.benchmarks.timing import ROUNDS, Missing, Table, seconds, times, turns

NETWORKS = {"784-10": (0, 0.85), "784-100-10": (100, 0.95), "784-398-10": (398, 0.95)}  # hidden units, goal
OPTIMIZERS = ("RMSProp", "Adam")
KINDS = ("reference", "plain NumPy", "PyTorch", "PyTorch fused", "scikit-learn")
MOST_EPOCHS = 3
EXAMPLES = 60_000


def flop(hidden: int) -> int:
    """Of the matrix products of an epoch: forward, for the weights, and for the inputs of all layers but the first."""
    products = 4 * 784 * hidden + 6 * hidden * 10 if hidden else 4 * 784 * 10
    return products * EXAMPLES


def contestants(hidden: int, optimizer: str) -> dict[str, Contestant | Missing]:
    found: dict[str, Contestant | Missing] = {}
    for kind in KINDS:
        if kind == "PyTorch fused" and optimizer != "Adam":
            continue  # there is none
        if kind == "scikit-learn" and optimizer != "Adam":
            found[kind] = Missing("MLPClassifier has no RMSProp")
        else:
            found[kind] = Contestant(kind, hidden, optimizer)
    return found


def compare(network: str, optimizer: str, rounds: int) -> list[list[Any]]:
    """The rows of one network and optimizer, the reference first."""
    hidden, goal = NETWORKS[network]
    playing = contestants(hidden, optimizer)

    def turn(player: Contestant | Missing) -> Any:
        if isinstance(player, Missing):
            raise player
        return player.ask("train", goal, MOST_EPOCHS)

    reference = playing["reference"]
    assert isinstance(reference, Contestant)
    players = {kind: lambda player=player: turn(player) for kind, player in playing.items()}
    found = turns({**players, "sgemm": lambda: reference.ask("sgemm")}, rounds)
    for player in playing.values():
        if isinstance(player, Contestant):
            player.close()
    products = found.pop("sgemm")
    assert isinstance(products, list)
    peak = max(each["cpu"] for each in products)
    base = cost(found["reference"])
    rows = []
    for kind, given in found.items():
        if isinstance(given, Missing):
            rows.append([network, optimizer, kind, str(given)] + [None] * 7)
            continue
        wall, cpu = cost(given)
        speed = flop(hidden) / cpu / 1e9
        reached = [middle_of([each["reached"].get(goal) for each in given]) for goal in ("0.85", "0.95")]
        rows.append(
            [
                *(network, optimizer, kind, seconds(wall), seconds(cpu)),
                *(times(base[0], wall), times(base[1], cpu)),
                *map(seconds, reached),
                f"{max(each['peak_mb'] for each in given):.0f} MB",
                f"{speed:.0f} of {peak:.0f}, {speed / peak:.0%}",
            ]
        )
    return rows


def cost(given: list[Any] | Missing) -> tuple[float, float]:
    """Wall and CPU seconds of an epoch."""
    assert isinstance(given, list)
    epochs = [epoch for each in given for epoch in each["epochs"]]
    return median(wall for wall, _ in epochs), median(cpu for _, cpu in epochs)


def middle_of(values: list[float | None]) -> float | None:
    """The median, None where one of them is missing: what is not always reached is not reached."""
    numbers = [value for value in values if value is not None]
    return median(numbers) if len(numbers) == len(values) else None


def run(rounds: int = ROUNDS) -> Iterator[Table]:
    rows = [row for network in NETWORKS for optimizer in OPTIMIZERS for row in compare(network, optimizer, rounds)]
    yield Table(
        "Training, one thread, batch 100, float32",
        (
            *("network", "optimizer", "", "an epoch", "CPU", "reference / this", "by CPU", "to 85 %", "to 95 %"),
            *("peak memory", "GFLOP/s of matrix products, of BLAS peak"),
        ),
        rows,
        "`to 85 %` and `to 95 %`: from the start of training to the first evaluation at or above it, one after each "
        f"epoch, at most {MOST_EPOCHS}. Every contestant also reports loss and accuracy of each batch. GFLOP/s counts "
        "CPU seconds of the whole step, optimizer and loss included, against a product of 2048 x 2048 in the same "
        "rounds. PyTorch's fused optimizer is not its default.",
    )
