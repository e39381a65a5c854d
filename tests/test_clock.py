"""Time limits count work and rest, never what other programs take; what they cut off says how far it was."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from overlays import ROOT, Graded, grade, with_limits

LIMIT = 0.4
# A model whose first epoch learns from that many digits, and whose second one has no end
MODEL = """


class Learner(SequentialModel):
    epochs_done = 0

    def fit(self, x, y, epochs, batch_size):
        self.epochs_done += 1
        if self.epochs_done > {epochs}:
            import time
            while True:
                {what}
        return super().fit(x[:{digits}], y[:{digits}], epochs, batch_size)


def get_simple_model_components():
    np.random.seed(7)
    model = Learner([Dense(784, 10)])
    model.compile(BasicOptimizer(0.5), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=9000, batch_size=50)
"""
WORKS, SLEEPS = "pass", "time.sleep(60)"


def trained(
    folder: Path, *options: str, what: str = WORKS, epochs: int = 1, digits: int = 300, **rubric: Any
) -> Graded:
    submission = folder / "hand-in"
    shutil.copytree(ROOT / "reference", submission, ignore=shutil.ignore_patterns("__pycache__"))
    with (submission / "assignment.py").open("a", encoding="utf-8") as file:
        file.write("\n\nfrom Beras.optimizers import BasicOptimizer\n")
        file.write(MODEL.format(what=what, epochs=epochs, digits=digits))
    limits = with_limits(folder, {"training_seconds": LIMIT, **rubric})
    return grade(submission, "--only", "training.simple", "--rubric", str(limits), *options)


def row(graded: Graded) -> tuple[str, float, float]:
    part = graded.components["training.simple"]
    assert graded.result["training"][0]["outcome"] == part["outcome"] == part["probes"][0]["outcome"]
    return part["outcome"], part["points"], part["max_points"]


def why(graded: Graded) -> str:
    return str(graded.components["training.simple"]["message"])


def test_training_that_was_still_rising_is_not_finished_and_costs_nothing(folder: Path):
    graded = trained(folder)

    assert row(graded) == ("not finished", 0, 7)
    assert graded.components["training.simple"]["not_judged"] == 7
    message = graded.components["training.simple"]["probes"][0]["message"]
    assert (
        "after 1 of 9000 epochs and still rising, when it used up its 0.4 s of CPU time; its points are not" in message
    )
    assert "s of CPU time an epoch, and +" in message
    assert graded.exit_code == 1


def test_training_that_no_longer_rises_is_out_of_time(folder: Path):
    graded = trained(folder, digits=0)

    assert row(graded) == ("timed out", 0, 7)
    assert "after 1 of 9000 epochs, and no longer rising, when it used up its 0.4 s of CPU time" in why(graded)


def test_training_whose_first_epoch_has_no_end_is_out_of_time(folder: Path):
    graded = trained(folder, epochs=0)

    assert row(graded) == ("timed out", 0, 7)
    assert why(graded) == "the first of 9000 epochs did not end: it used up its 0.4 s of CPU time"


@pytest.mark.parametrize(
    ("epochs", "says"),
    [
        (0, "the first of 9000 epochs did not end: it did next to nothing for 0.4 s"),
        (1, "after 1 of 9000 epochs, when it did next to nothing for 0.4 s"),
    ],
)
def test_training_that_sleeps_is_out_of_time(epochs: int, says: str, folder: Path):
    graded = trained(folder, what=SLEEPS, epochs=epochs)

    assert row(graded) == ("timed out", 0, 7)
    assert says in why(graded)


def test_training_beyond_the_threshold_is_not_undone_by_the_limit(folder: Path):
    graded = trained(folder, "--full", simple=0.35, half_simple=0.3)

    assert row(graded) == ("passed", 7, 7)
    assert "after 1 of 9000 epochs, when it used up its 0.4 s of CPU time" in why(graded)


def test_time_left_is_no_more_than_the_limit(folder: Path):
    graded = trained(folder)

    assert "epoch 1 of 9000" in graded.stderr
    assert "at most 1 s left" in graded.stderr


# --- work off the clock -------------------------------------------------------------------------------------------

BURN = """


def burn():
    import time
    until = time.process_time() + 2.5
    while time.process_time() < until:
        pass
"""
# Before the first fit: where the model is made; in what the worker itself prepares the data with; in a child that
# nobody waits for, whose time the kernel adds to nobody's
OFF_THE_CLOCK = {
    "where-the-model-is-made": "burn()",
    "in-the-preparation-of-the-data": """
    import sys
    worker = next(each for each in sys.modules.values() if hasattr(each, "one_hot") and "worker" in each.__name__)
    original = worker.one_hot
    worker.one_hot = lambda *words, **more: (burn(), original(*words, **more))[1]
""",
    "in-a-child-that-nobody-waits-for": """
    import os, signal
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    reader, writer = os.pipe()
    if os.fork() == 0:
        burn()
        os.write(writer, b"1")
        os._exit(0)
    os.read(reader, 1)
""",
}


@pytest.mark.parametrize("where", OFF_THE_CLOCK)
def test_work_is_on_the_clock_wherever_it_is_done(where: str, folder: Path):
    submission = folder / "hand-in"
    shutil.copytree(ROOT / "reference", submission, ignore=shutil.ignore_patterns("__pycache__"))
    with (submission / "assignment.py").open("a", encoding="utf-8") as file:
        file.write(BURN)
        file.write("\n\nmade = get_simple_model_components\n\n\ndef get_simple_model_components():\n    ")
        file.write(f"{OFF_THE_CLOCK[where].strip()}\n    model = made()\n    model.epochs = 1\n    return model\n")
        file.write("\n\nSequentialModel.fit = lambda self, *_, **__: {'loss': [1.0]}\n")

    graded = grade(submission, "--only", "training.simple")

    training = graded.result["training"][0]
    assert training["wall_seconds"] > sum(training["epoch_seconds"]) + 2.4
    assert training["cpu_seconds"] > 2.4
