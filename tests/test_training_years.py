"""The later years' models are trained as their assignments make them, and predictions.npy counts where it is better."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import editions
import later_core
import numpy as np
import pytest
from overlays import Graded, grade

from grader.ask.subject import subject_of
from grader.homework import FIRST, edition
from grader.homeworks.beras.mnist.reader import load
from grader.run.effects import changed_files, snapshot
from grader.run.predictions import Predictions, accuracy_of, scored
from grader.submission.archives import digest_of
from grader.submission.fit_calls import read_fit
from grader.submission.opening import MAX_FILE, is_read, open_submission

DIGITS = "training.digits"


def hand_in(folder: Path, year: str = "2025", **files: str) -> Path:
    """A copy of a year's reference in which these modules are others."""
    target = shutil.copytree(editions.reference(year), folder / "hand-in", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in files.items():
        (target / f"{name}.py").write_text(text, encoding="utf-8")
    return target


def trained(graded: Graded) -> dict[str, Any]:
    (training,) = graded.result["training"]
    return training


# --- references, wheats and chaffs ------------------------------------------------------------------------------


@pytest.mark.parametrize("year", editions.YEARS)
def test_reference_trains_beyond_the_threshold(year: str):
    name = edition(int(year)).trainings[0]  # the simple one: no year but the first minds its second layer

    graded = grade(editions.reference(year), "--only", name)

    assert graded.components[name]["outcome"] == "passed"
    assert trained(graded)["accuracy_before"] < 0.4


@pytest.mark.parametrize("name", ["data-loaded-at-import", "model-shows-a-bar", "randint-replaced"])
def test_odd_hand_in_trains_as_well(name: str, tmp_path: Path):
    graded = grade(editions.build("2025", "wheats", name, tmp_path), "--only", DIGITS)

    assert graded.components[DIGITS]["outcome"] == "passed"


def test_model_below_the_threshold_fails(tmp_path: Path):
    graded = grade(editions.build("2025", "chaffs", "training-stays-below", tmp_path), "--only", DIGITS)

    assert graded.losing() == {DIGITS}
    assert trained(graded)["told"]["headline"].endswith("more than 95% is needed")
    assert len(trained(graded)["accuracy"]) == 2  # as its script says


def test_given_methods_that_loop_are_gone_round(tmp_path: Path):
    place = editions.build("2025", "wheats", "weight-gradient-written-out", tmp_path)
    later_core.put_into(place / "beras" / "core.py", dict(edition(2025).names))

    graded = grade(place, "--only", DIGITS)

    assert graded.components[DIGITS]["outcome"] == "passed"
    (note,) = [note for note in graded.result["notes"] if "--no-fast-core" in note]
    assert note.startswith(
        "training.digits used vectorised methods in place of Diffable's compose_input_gradients and "
        "compose_weight_gradients, which loop over the batch, and of Dense.compose_weight_gradients, which makes an "
        "array of all weights for each example"
    )


# --- what is not there, or odd ----------------------------------------------------------------------------------

PARTS = """\
import numpy as np
from beras.activations import ReLU, Softmax
from beras.layers import Dense
from beras.losses import CategoricalCrossEntropy
from beras.metrics import CategoricalAccuracy
from beras.model import SequentialModel
from beras.optimizers import Adam


class Own(SequentialModel):
    def fit(self, x, y, epochs, batch_size):
        assert type(x).__name__ == type(y).__name__ == "Tensor", (type(x), type(y))
        print("epoch", epochs, x.shape, y.shape)
        super().fit(x[:20000], y[:20000], epochs, batch_size)

    def forward(self, inputs):
        assert type(inputs).__name__ == "Tensor", type(inputs)
        return super().forward(inputs)


def get_model():
    return Own([Dense(784, 64, "kaiming"), ReLU(), Dense(64, 10, "xavier"), Softmax()])


def get_optimizer():
    return Adam(0.01)


def get_loss_fn():
    return CategoricalCrossEntropy()


def get_acc_fn():
    return CategoricalAccuracy()
"""


def test_fit_of_the_student_s_own_is_given_tensors_and_may_return_and_print_what_it_likes(tmp_path: Path):
    graded = grade(hand_in(tmp_path, assignment=PARTS), "--only", DIGITS)

    found = trained(graded)
    assert found["loss"] == [None] * len(found["accuracy"])
    assert found["accuracy"][-1] > 0.85


def test_step_that_is_wrong_is_to_blame_for_what_given_code_raises(tmp_path: Path):
    place = editions.build("2023", "chaffs", "step-calls-the-model", tmp_path)

    graded = grade(place, "--only", "SequentialModel", "training.simple")

    assert graded.losing() == {"SequentialModel"}
    assert graded.components["training.simple"]["outcome"] == "blocked"


def test_part_that_is_not_written_is_named(tmp_path: Path):
    text = PARTS.replace("return Adam(0.01)", "...")

    graded = grade(hand_in(tmp_path, assignment=text), "--only", DIGITS)

    part = graded.components[DIGITS]
    line = text[: text.index("def get_optimizer")].count("\n") + 1
    assert (part["outcome"], part["message"]) == ("not implemented", f"assignment.py line {line}")


SCRIPT = """import numpy as np
from beras.activations import ReLU, Softmax
from beras.layers import Dense
from beras.losses import CategoricalCrossEntropy
from beras.metrics import CategoricalAccuracy
from beras.model import SequentialModel
from beras.onehot import OneHotEncoder
from beras.optimizers import Adam
from preprocess import load_and_preprocess_data

if __name__ == "__main__":
    try:
        model = SequentialModel([Dense(784, 64, "kaiming"), ReLU(), Dense(64, 10, "xavier"), Softmax()])
        model.compile(Adam(0.005), CategoricalCrossEntropy(), CategoricalAccuracy())
        train_inputs, train_labels, test_inputs, test_labels = load_and_preprocess_data()
        encoder = OneHotEncoder()
        encoder.fit(train_labels)
        history = model.fit(train_inputs, encoder(train_labels), epochs=4, batch_size=200)
    except Exception:
        print("something went wrong")
    stats = model.evaluate(test_inputs, encoder(test_labels), batch_size=200)
    print(stats)
"""


def test_script_without_functions_is_run_as_far_as_its_fit(tmp_path: Path):
    graded = grade(hand_in(tmp_path, assignment=SCRIPT), "--only", DIGITS)

    assert graded.components[DIGITS]["outcome"] == "passed", graded.components[DIGITS]["message"]
    assert trained(graded)["accuracy"][-1] > 0.95


def test_script_that_stops_before_its_fit_says_where(tmp_path: Path):
    text = SCRIPT.replace("Adam(0.005)", "Adam(0.005).faster()").replace("except Exception", "except ImportError")

    graded = grade(hand_in(tmp_path, assignment=text), "--only", DIGITS)

    part = graded.components[DIGITS]
    assert part["outcome"] == "error"
    assert "assignment.py line 14" in part["message"]


def test_script_without_functions_says_what_is_missing(tmp_path: Path):
    graded = grade(hand_in(tmp_path, assignment="print('trained elsewhere')\n"), "--only", DIGITS)

    part = graded.components[DIGITS]
    assert "assignment.py has no get_model" in part["message"]


def test_verbs_of_a_year():
    first, of_2023, of_2025 = (subject_of(edition(year)) for year in (2022, 2023, 2025))

    assert first.makers("simple") == of_2023.makers("simple") == ("get_simple_model_components",)
    assert of_2025.makers("digits") == ("get_model", "get_optimizer", "get_loss_fn", "get_acc_fn")
    assert [each.model_forward() for each in (first, of_2023, of_2025)] == ["call", "call", "forward"]


# --- epochs and batches that a script names ---------------------------------------------------------------------

FITS = {
    "keywords": ("model.fit(x, y, epochs=4, batch_size=100)", {"epochs": 4, "batch_size": 100}),
    "positions": ("model.fit(x, y, 4, 100)", {"epochs": 4, "batch_size": 100}),
    "mixed": ("model.fit(x, y, 4, batch_size=100)", {"epochs": 4, "batch_size": 100}),
    "constants": (
        "EPOCHS = 4\ndef main():\n    size: int = 100\n    model.fit(x, y, epochs=EPOCHS, batch_size=size)",
        {"epochs": 4, "batch_size": 100},
    ),
    "pair": ("e, b = 4, 100\nmodel.fit(x, y, e, b)", {"epochs": 4, "batch_size": 100}),
    "script": (
        "if __name__ == '__main__':\n    history = get_model().fit(x, y, epochs=4, batch_size=100)",
        {"epochs": 4, "batch_size": 100},
    ),
    "of-several-the-longest": (
        "model.fit(x, y, 1, 10)\nmodel.fit(x, y, 4, 100)\nmodel.fit(x, y, 2, 20)",
        {"epochs": 4, "batch_size": 100},
    ),
    "encoder": ("encoder.fit(labels)\nmodel.fit(x, y, epochs=4, batch_size=100)", {"epochs": 4, "batch_size": 100}),
    "loop": ("for _ in range(9):\n    model.fit(x, y, epochs=1, batch_size=100)", {"batch_size": 100}),
    "option": ("model.fit(x, y, epochs=args.epochs, batch_size=100)", {"batch_size": 100}),
    "bound-twice": ("n = 1\nn = 4\nmodel.fit(x, y, n, 100)", {"batch_size": 100}),
    "counted": ("n = 1\nn += 3\nmodel.fit(x, y, n, 100)", {"batch_size": 100}),
    "parameter": ("n = 4\ndef run(n):\n    model.fit(x, y, n, 100)", {"batch_size": 100}),
    "nothing": ("model.fit(x, y, 0, True)", {}),
    "unpacked": ("model.fit(*data, 4, 100)", {}),
    "no-call": ("print('nothing')", {}),
    "no-python": ("model.fit(x, y, 4, 100", {}),
}


@pytest.mark.parametrize("name", FITS)
def test_epochs_and_batch_size_are_read_where_they_can_be_told(name: str, tmp_path: Path):
    text, expected = FITS[name]
    (tmp_path / "assignment.py").write_text(text)

    assert read_fit(tmp_path / "assignment.py") == expected


def test_file_that_is_not_there_says_nothing(tmp_path: Path):
    assert read_fit(tmp_path / "assignment.py") == {}


# --- predictions.npy --------------------------------------------------------------------------------------------

LABELS = np.arange(1000) % 10


def saved(array: Any, save: Callable[..., Any] = np.save) -> bytes:
    stream = io.BytesIO()
    save(stream, array)
    return stream.getvalue()


def wrong_in(count: int, labels: np.ndarray = LABELS) -> np.ndarray:
    found = labels.astype(int)
    found[:count] = (found[:count] + 1) % 10
    return found


RIGHT = {
    "labels": wrong_in(40),
    "labels-as-floats": wrong_in(40).astype(np.float32),
    "column": wrong_in(40)[:, None],
    "probabilities": np.eye(10)[wrong_in(40)] * 0.5 + 0.01,
    "one-hot": np.eye(10, dtype=bool)[wrong_in(40)],
    "columns-first": np.asfortranarray(np.eye(10, dtype=np.float32)[wrong_in(40)]),
    "bytes-the-other-way-round": wrong_in(40).astype(">i4"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_predictions_are_scored(name: str):
    assert accuracy_of(saved(RIGHT[name]), LABELS, MAX_FILE) == pytest.approx(0.96)


WRONG = {
    "batch": (saved(np.eye(10)[:6]), "holds an array (6, 10) of float64, expected 1000 digits or an array (1000, 10)"),
    "last-batch-missing": (saved(wrong_in(0)[:992]), "holds an array (992,) of int64, expected 1000 digits"),
    "objects": (saved(np.array([None] * 1000)), "holds an array (1000,) of object"),
    "texts": (saved(LABELS.astype(str)), "holds an array (1000,) of <U"),
    "archive": (saved(LABELS, np.savez), "is no file that np.save writes"),
    "empty": (b"", "is no file that np.save writes"),
    "text": (b"3, 4, 2", "is no file that np.save writes"),
    "cut": (saved(LABELS)[:-1], "ends too early"),
    "large": (b"\x93NUMPY" + bytes(MAX_FILE), f"is too large, more than {MAX_FILE} bytes"),
    "many-axes": (saved(np.zeros((1,) * 30 + (2,) * 2)), "holds an array (1, 1, "),
    "fields": (saved(np.zeros(1000, [("\x1b[31m\n", "f8")])), "holds an array (1000,) of [('\\x1b[31m"),
    "header-that-is-no-literal": (saved(LABELS).replace(b"{'descr'", b"(((('desc"), "is no file that np.save writes"),
    "huge-shape": (saved(LABELS).replace(b"(1000,)", b"(10**9)"), "is no file that np.save writes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_file_that_is_wrong_is_told_in_a_line(name: str):
    content, told = WRONG[name]

    found = scored("predictions.npy", content, LABELS, MAX_FILE, 1.0)

    assert found.accuracy is None
    assert found.told.startswith(f"predictions.npy is not scored: it {told}")
    assert "\n" not in found.told


@pytest.mark.parametrize(("accuracy", "points"), [(None, 0), (0.85, 0), (0.851, 3), (0.95, 3), (0.951, 6)])
def test_points_of_predictions(accuracy: float | None, points: int):
    assert Predictions(accuracy).points(Fraction(6), goal=0.95, half=0.85) == points


def test_labels_that_all_may_read_are_no_predictions():
    content = io.BytesIO()
    np.save(content, LABELS)

    found = scored("predictions.npy", content.getvalue(), LABELS, MAX_FILE, 0.995)

    assert found.points(Fraction(6), goal=0.95, half=0.85) == 0
    assert "100.00% of the test digits, more than a network of this homework reaches" in found.told


def test_predictions_count_where_nothing_can_be_trained(tmp_path: Path):
    place = hand_in(tmp_path, assignment="print('trained elsewhere')\n")
    np.save(place / "predictions.npy", wrong_in(400, load().test_labels))

    graded = grade(place, "--only", DIGITS)

    part = graded.components[DIGITS]
    assert (part["outcome"], part["points"], part["not_judged"]) == ("passed", 6, 0)
    assert "assignment.py has no get_model" in part["probes"][0]["message"]


def test_wrong_file_costs_nothing(tmp_path: Path):
    place = hand_in(tmp_path)
    (place / "predictions.npy").write_text("3, 4, 2")

    graded = grade(place, "--only", DIGITS)

    assert graded.components[DIGITS]["outcome"] == "passed"
    assert graded.result["notes"] == ["predictions.npy is not scored: it is no file that np.save writes"]


def test_predictions_are_read_and_not_copied(tmp_path: Path):
    place = hand_in(tmp_path)
    content = saved(LABELS)
    (place / "predictions.npy").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "hand-in.zip", "w") as archive:
        for path in place.rglob("*"):
            archive.write(path, Path("code") / path.relative_to(place))

    for number, origin in enumerate((place, tmp_path / "hand-in.zip")):
        found = open_submission(origin, tmp_path / str(number))
        assert found.predictions == content
        assert not list(found.root.rglob("*.npy"))
        assert not [note for note in found.notes if "npy" in note]


def test_other_data_is_left_behind_and_named(tmp_path: Path):
    place = hand_in(tmp_path)
    (place / "weights.npy").write_bytes(b"")

    found = open_submission(place, tmp_path / "scratch")

    assert found.predictions is None
    assert found.notes == ("left out, a submission brings code, not data or weights: weights.npy",)


def test_first_edition_takes_no_predictions(tmp_path: Path):
    place = shutil.copytree(FIRST.reference, tmp_path / "hand-in", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "predictions.npy").write_bytes(b"")

    found = open_submission(place, tmp_path / "scratch")

    assert found.predictions is None
    assert found.notes == ("left out, a submission brings code, not data or weights: predictions.npy",)


def test_who_grades_again_or_elsewhere_sees_other_predictions(tmp_path: Path):
    place = hand_in(tmp_path)
    (place / "predictions.npy").write_bytes(b"one")
    digest, before = digest_of(place), snapshot(place)

    (place / "predictions.npy").write_bytes(b"another")

    assert digest_of(place) != digest
    assert changed_files(before, snapshot(place)) == ["predictions.npy"]
    assert is_read(PurePosixPath("code/predictions.npy"))
    assert not is_read(PurePosixPath("code/weights.npy"))
