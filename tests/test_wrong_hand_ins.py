"""Hand-ins with one plain mistake, through the real command: what the first screen says, and the lines to paste."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from overlays import ROOT, run

REFERENCE = ROOT / "reference"
MOST_LINES = 12  # of what `grade try` prints
JACOBIAN = "return s[:, :, None] * (np.eye(s.shape[-1], dtype=s.dtype) - s[:, None, :])"
OF_WEIGHTS = "return self.x[:, :, None], np.ones_like(self.b)"
SHARE = "return float(np.mean(np.argmax(probs, axis=-1) == np.argmax(labels, axis=-1)))"
ERROR = "self.error = y_pred - y_true\n"
CASES = {  # component, file, what is written there, what in its place, what is said
    "the input as the gradient of w": (
        "Dense", "layers", OF_WEIGHTS, "return self.x, np.ones_like(self.b)",
        "weight_gradients() gives x, of the shape (5, 3), and should give (5, 3, 1) or (5, 3, 4), one for each example",
    ),
    "the input turned around": (
        "Dense", "layers", OF_WEIGHTS, "return self.x.T, np.ones_like(self.b)",
        "weight_gradients() gives x.T, of the shape (3, 5), and should give (5, 3, 1) or (5, 3, 4), one for each",
    ),
    "the mean of the batch": (
        "Dense", "layers", OF_WEIGHTS, "return np.mean(self.x, axis=0)[:, None], np.ones_like(self.b)",
        "weight_gradients() gives x averaged over the batch, (3, 1)",
    ),
    "a slope for each number of a softmax": (
        "Softmax", "activations", JACOBIAN, "return s * (1 - s)",
        "input_gradients() gives s (1 - s), the diagonals alone, of the shape (5, 4), and should give (5, 4, 4)",
    ),
    "a forward that keeps nothing": (
        "Softmax", "activations", "self.s = e", "s = e",
        "nothing has set `self.s` on this Softmax",
    ),
    "self forgotten": (
        "Dense", "layers", "return x @ self.w + self.b", "return x @ w + b",
        "nothing here has set `w`: is `self.w` meant",
    ),
    "super forgotten": (
        "Dense", "layers", "        super().__init__()\n", "", "as if the call of super().__init__ were missing",
    ),
    "a caret for a power": (
        "MeanSquaredError", "losses", ERROR, "self.error = diff = y_pred - y_true\n        diff ^ 2\n",
        "write `diff**2`",
    ),
    "lists subtracted": (
        "MeanSquaredError", "losses", ERROR, "self.error = y_pred.tolist() - y_true.tolist()\n",
        "a list of Python's is no array",
    ),
    "lists compared": (
        "CategoricalAccuracy", "metrics", SHARE, "return ([*probs.argmax(1)] == [*labels.argmax(1)]).mean()",
        "`==` between two lists gives one True or False",
    ),
    "one yes or no of an array": (
        "LeakyReLU", "activations", "self.x = x\n", "self.x = x\n        if x > 0:\n            return x\n",
        "One yes or no is needed, and there is a whole array of them",
    ),
}  # fmt: skip


def hand_in(folder: Path, file: str, old: str, new: str) -> Path:
    shutil.copytree(REFERENCE, folder / "code", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "code" / "Beras" / f"{file}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder / "code"


@pytest.mark.parametrize("name", CASES)
def test_mistake_is_told_and_few_lines_show_it(name: str, tmp_path: Path) -> None:
    component, file, old, new, says = CASES[name]
    code = hand_in(tmp_path, file, old, new)

    told = run(code, "--only", component, "--no-training", env={**os.environ, "COLUMNS": "300"})
    lines = run("try", component, code)

    assert told.returncode == 1, told.stderr
    block = " ".join(told.stdout.partition("\n\n")[2].split())
    assert says in block, block
    assert "(5, 5)" not in block  # a product that was composed of a wrong gradient
    assert 0 < len(lines.stdout.splitlines()) <= MOST_LINES, lines.stdout
    shown = subprocess.run(
        [sys.executable, "-c", lines.stdout], capture_output=True, text=True, cwd=code, timeout=120, check=False
    )
    assert "bound method" not in shown.stdout
    raises = " error " in told.stdout
    assert bool(shown.returncode) == raises, lines.stdout + shown.stderr


def test_training_that_fails_by_a_component_is_said_in_both_rows(tmp_path: Path) -> None:
    code = hand_in(tmp_path, "layers", "return self.x[:, :, None], np", "return -self.x[:, :, None], np")

    done = run(code, "--only", "Dense", "training.simple", "-v")

    text = " ".join(done.stdout.split())
    assert "training.simple runs on it, and fails as well" in text
    assert "mend Dense first: this training runs on it" in text
