"""The year without a tape: what cannot carry the way back is told in words, and pages of other years in its code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import editions
import pytest
from overlays import grade

from grader.ask.client import Fault, Frame
from grader.homework import edition
from grader.homeworks.beras.later.backward import in_words
from grader.homeworks.beras.later.backward_pages import rewritten

MODULES = edition(2026).modules
GIVEN = (Frame("beras/core.py", 140, "Diffable.__call__", "output.backward = self.backward"),)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("'numpy.float64' object has no attribute 'backward'", "of type float64,"),
        ("'numpy.ndarray' object has no attribute 'backward'", "of type ndarray,"),
        ("'float' object has no attribute 'backward' and no __dict__ for setting new attributes", "of type float,"),
        ("'NoneType' object has no attribute 'backward'", "forward returns nothing"),
        ("cannot set 'backward' attribute of immutable type 'numpy.float32'", "of type float32,"),
    ],
)
def test_output_that_carries_no_way_back_is_told_in_words(message: str, told: str) -> None:
    found = in_words(Fault("raised", message, "AttributeError", ("AttributeError",), GIVEN))

    assert found.kind == "unusable"
    assert told in found.message
    assert "on a Tensor only" in found.message


def test_stub_that_is_returned_reads_as_not_implemented() -> None:
    message = "cannot set 'backward' attribute of immutable type 'NotImplementedError'"

    found = in_words(Fault("raised", message, "TypeError", ("TypeError",), GIVEN))

    assert found.bases == ("NotImplementedError",)


def test_input_that_leads_nowhere_is_another_fault() -> None:
    own = (Frame("beras/core.py", 160, "Diffable.backward", "x.backward([gradient])"),)
    fault = Fault("raised", "'numpy.ndarray' object has no attribute 'backward'", "AttributeError", (), own)

    assert in_words(fault) is fault


def test_report_says_what_the_value_of_a_loss_has_to_be(tmp_path: Path) -> None:
    graded = grade(editions.build("2026", "chaffs", "mse-value-is-a-float", tmp_path), "--only", "MeanSquaredError")

    assert graded.losing() == {"MeanSquaredError"}
    text = " ".join(" ".join(message.split()) for _, message in graded.messages())
    assert "forward returns something of type float, and __call__ can leave `backward` on a Tensor only" in text
    assert "output-is-no-tensor" in graded.diagnosis("MeanSquaredError")


def test_run_of_wandb_is_a_class_for_annotations() -> None:
    lines = (
        "from grader.worker import importer; importer.install('/nowhere', {})\n"
        "import wandb\n"
        "from typing import Optional\n"
        "def fit(run: wandb.Run | None = None, other: Optional[wandb.Run] = None) -> 'wandb.Run': return run\n"
        "assert isinstance(wandb.Run, type) and wandb.Run() and wandb.init(project='beras').log({})\n"
    )
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("code", "here"),
    [
        (
            "w = np.zeros(2)\nAdam(0.5, beta_1=0.9).apply_gradients([w], [np.ones(2)])  # a step\nw\n",
            "w = Tensor(np.zeros(2))\nw.grad = np.ones(2)\nAdam([w], 0.5, beta_1=0.9).step()  # a step\nw\n",
        ),
        (
            "adam, w = Adam(0.5), np.zeros(1)\nfor size in (1.0, 2.0):\n    adam.apply_gradients([w], [size * w])\n",
            "w = Tensor(np.zeros(1))\nadam = Adam([w], 0.5)\n"
            "for size in (1.0, 2.0):\n    w.grad = size * w\n    adam.step()\n",
        ),
        (
            "weights = [np.zeros(1), np.zeros(2)]\nAdam(0.5).apply_gradients(weights, gradients)\n",
            "weights = [Tensor(np.zeros(1)), Tensor(np.zeros(2))]\n"
            "for each, gradient in zip(weights, gradients):\n    each.grad = gradient\nAdam(weights, 0.5).step()\n",
        ),
        (
            "import numpy as np\nfrom beras.activations import ReLU\n\n"
            "relu, x = ReLU(), np.ones((1, 2))\nrelu(-x)\nrelu(x)\n",
            "import numpy as np\nfrom beras.core import Tensor\nfrom beras.activations import ReLU\n\n"
            "relu, x = ReLU(), Tensor(np.ones((1, 2)))\nrelu(-x)\nrelu(x)\n",
        ),
        (
            "model = SequentialModel([dense])\nmodel.compile(BasicOptimizer(0.1), loss, metric)\nencoder(np.ones(2))\n",
            "model = SequentialModel([dense])\nmodel.compile(BasicOptimizer(model.weights, 0.1), loss, metric)\n"
            "encoder(np.ones(2))\n",
        ),
        (
            "dense.w.trainable = False\nprint(dense.trainable)\n",
            "dense.w.requires_grad = False\nprint(dense.trainable)\n",
        ),
    ],
)
def test_lines_of_a_page_become_those_of_the_year(code: str, here: str) -> None:
    assert rewritten(code, MODULES) == here
