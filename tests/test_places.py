"""What is plainly meant is found wherever it stands; where two things may be meant, or none, nothing is taken."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from grader.submission.opening import Submission, open_submission
from grader.submission.places import Place

OPTIMIZER = """
class {name}:
    def __init__(self, learning_rate{more}):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for w, g in zip(weights, grads):
            w -= self.learning_rate * g
"""
LAYERS = "class Dense:\n    def forward(self, x):\n        return x @ self.w + self.b\n"
CODE = {
    "Beras/__init__.py": "",
    "Beras/core.py": "class Callable:\n    pass\n\n\nclass Diffable(Callable):\n    pass\n",
    "Beras/layers.py": "from Beras.core import Diffable\n\n\n" + LAYERS,
    "assignment.py": "from Beras.layers import Dense\n",
}


def opened(files: dict[str, str], folder: Path) -> Submission:
    for name, text in files.items():
        (folder / "hand-in" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "hand-in" / name).write_text(text, encoding="utf-8")
    return open_submission(folder / "hand-in", folder / "scratch")


def sgd(name: str = "SGD", more: str = "") -> str:
    return OPTIMIZER.format(name=name, more=more)


@pytest.mark.parametrize(
    ("name", "files", "module", "actual"),
    [
        ("BasicOptimizer", {"Beras/optimizers.py": sgd()}, "Beras.optimizers", "SGD"),
        ("BasicOptimizer", {"Beras/optimizers.py": sgd(more=", momentum=0.0")}, "Beras.optimizers", "SGD"),
        ("BasicOptimizer", {"Beras/optim.py": sgd("GradientDescent")}, "Beras.optim", "GradientDescent"),
        ("BasicOptimizer", {"Beras/optimizers.py": sgd("Plain")}, "Beras.optimizers", "Plain"),
        (
            "BasicOptimizer",
            {"Beras/optimizers.py": sgd() + sgd("BasicOptimizer")},
            "Beras.optimizers",
            "BasicOptimizer",
        ),
        ("Softmax", {"Beras/acts.py": "class Softmax:\n    pass\n"}, "Beras.acts", "Softmax"),
        ("Softmax", {"Beras/layers.py": "class Softmax:\n    x = = 1\n"}, "Beras.layers", "Softmax"),
        ("SequentialModel", {"main.py": "class SequentialModel:\n    pass\n"}, "main", "SequentialModel"),
        (
            "SequentialModel",
            {"assignment.py": "class Net(Beras.Model):\n    def call(self, x): pass\n    def batch_step(self): pass\n"},
            "assignment",
            "Net",
        ),
        (
            "get_data_MNIST",
            {"assignment.py": "def get_data_MNIST(subset):\n    pass\n"},
            "assignment",
            "get_data_MNIST",
        ),
        (
            "CrossEntropyLoss",
            {"Beras/losses.py": "class CrossEntropy:\n    def forward(self, x, y):\n        e = np.exp(x)\n"},
            "Beras.losses",
            "CrossEntropy",
        ),
        (
            "CategoricalCrossentropy",
            {"Beras/losses.py": "class CategoricalCrossEntropy:\n    def forward(self, p, y):\n        return 1 - p\n"},
            "Beras.losses",
            "CategoricalCrossEntropy",
        ),
        (
            "Diffable",
            {"Beras/core.py": "", "Beras/engine.py": "class Diffable:\n    pass\n"},
            "Beras.engine",
            "Diffable",
        ),
    ],
)
def test_what_is_plainly_meant_is_taken(
    name: str, files: dict[str, str], module: str, actual: str, tmp_path: Path
) -> None:
    assert opened(CODE | files, tmp_path).places[name] == Place(module, actual, module, True)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        pytest.param("BasicOptimizer", {"Beras/optimizers.py": sgd() + sgd("GradientDescent")}, id="two-names"),
        pytest.param("BasicOptimizer", {"Beras/optimizers.py": sgd(more=", momentum=0.9")}, id="with-momentum"),
        pytest.param(
            "BasicOptimizer", {"Beras/optimizers.py": sgd("Adagrad", ", epsilon=1e-7")}, id="another-optimizer"
        ),
        pytest.param("BasicOptimizer", {"Beras/optimizers.py": "class SGD:\n    pass\n"}, id="without-its-method"),
        pytest.param("Softmax", {"test_acts.py": "class Softmax:\n    pass\n"}, id="in-a-test"),
        pytest.param("Softmax", {"old/acts.py": "class Softmax:\n    pass\n"}, id="in-another-folder"),
        pytest.param(
            "Softmax", dict.fromkeys(("Beras/a.py", "Beras/b.py"), "class Softmax:\n    pass\n"), id="in-two-modules"
        ),
        pytest.param(
            "CrossEntropyLoss",
            {"Beras/losses.py": "class CrossEntropy:\n    def forward(self, p, y):\n        return np.log(p)\n"},
            id="of-probabilities",
        ),
        pytest.param(
            "CategoricalCrossentropy",
            {"Beras/losses.py": "class CategoricalCrossEntropy:\n    def forward(self, p, y):\n        np.log(p)\n"},
            id="the-usual-formula",
        ),
        pytest.param(
            "get_data_MNIST", {"preprocess.py": "def get_mnist(path, kind):\n    pass\n"}, id="other-arguments"
        ),
    ],
)
def test_what_may_be_something_else_is_not_taken(name: str, files: dict[str, str], tmp_path: Path) -> None:
    found = opened(CODE | files, tmp_path)

    assert not found.places[name].found
    assert found.notes == ()


FLAT = {
    "core.py": CODE["Beras/core.py"],
    "layers.py": "from core import Diffable\n\n\n" + LAYERS,
    "losses.py": "",
    "assignment.py": "from layers import Dense\n",
}


@pytest.mark.parametrize(
    ("files", "module", "says"),
    [
        pytest.param(
            {name.replace("Beras", "Keras2"): text.replace("Beras", "Keras2") for name, text in CODE.items()}
            | {"Keras2/losses.py": ""},
            "Keras2.layers",
            "Keras2/ for Beras/",
            id="package",
        ),
        pytest.param(FLAT, "layers", "the modules beside assignment.py for Beras/", id="flat"),
        pytest.param(
            {"Dense.py": LAYERS + sgd("Adam") + sgd("RMSProp") + sgd("BasicOptimizer")},
            "Dense",
            "Dense.py for Beras/layers.py, Beras/optimizers.py",
            id="one-file",
        ),
        pytest.param(
            {name.removeprefix("Beras/"): text for name, text in CODE.items()},
            "Beras.layers",
            "taken as if in Beras/, where imports look for them: __init__.py, core.py, layers.py",
            id="folder-lost",
        ),
        pytest.param(
            {name.replace("Beras/", "beras/"): text for name, text in CODE.items()} | {"beras/losses.py": ""},
            "Beras.layers",
            "beras/ is taken for Beras/: Python tells capitals apart",
            id="folder-in-small-letters",
        ),
        pytest.param(
            {n: t.replace("from Beras", "from beras") for n, t in CODE.items()} | {"Beras/losses.py": ""},
            "beras.layers",
            "Beras/ is taken for beras/: Python tells capitals apart",
            id="imports-in-small-letters",
        ),
        pytest.param(
            {name.replace("layers.py", "Layers.py"): text for name, text in CODE.items()},
            "Beras.layers",
            "Beras/Layers.py is taken for Beras/layers.py: Python tells capitals apart",
            id="capitals",
        ),
        pytest.param(
            {n.replace("layers", "Layers"): t.replace("Beras.layers", "Beras.Layers") for n, t in CODE.items()},
            "Beras.Layers",
            "Beras/Layers.py for Beras/layers.py",
            id="capitals-in-imports-too",
        ),
        *(
            pytest.param(
                {name.replace("layers.py", f"layers{mark}.py"): text for name, text in CODE.items()},
                "Beras.layers",
                f"Beras/layers{mark}.py is taken for Beras/layers.py: it has the name of a copy",
                id=f"copy{mark}",
            )
            for mark in (" copy", " copy 2", " - Copy", " - Copy (2)", " (1)", "(1)", "-1", " copy (1)")
        ),
    ],
)
def test_dense_is_found_in_another_layout(files: dict[str, str], module: str, says: str, tmp_path: Path) -> None:
    found = opened(files, tmp_path)

    assert found.places["Dense"] == Place(module, "Dense", module, True)
    assert says in "\n".join(found.notes)


def test_assignment_with_the_mark_of_a_copy_is_found_alone(tmp_path: Path) -> None:
    assert set(opened({"assignment (1).py": "x = 1\n"}, tmp_path).modules) == {"assignment"}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"Beras/layers copy.py": "class Dense:\n    pass\n"}, "not looked at, Beras/layers.py is there"),
        ({"Beras/losses (1).py": "", "Beras/losses (2).py": ""}, "which of them is Beras/losses.py?"),
    ],
)
def test_copies_that_are_not_plain_are_told(files: dict[str, str], says: str, tmp_path: Path) -> None:
    found = opened(CODE | files, tmp_path)

    assert found.places["Dense"].module == "Beras.layers"
    assert "Beras.losses" not in found.modules
    assert says in "\n".join(found.notes)


def test_of_two_packages_the_one_that_is_imported_counts(tmp_path: Path) -> None:
    def package(name: str) -> dict[str, str]:
        return {f"{name}/{stem}.py": LAYERS if stem == "layers" else "" for stem in ("core", "layers", "losses")}

    found = opened(package("mine") | package("yours") | {"assignment.py": "from mine.layers import Dense\n"}, tmp_path)

    assert found.places["Dense"].module == "mine.layers"


@pytest.mark.parametrize("aside", ["backup", "hw2-old", "stencil_code", "tests"])
def test_older_copy_of_everything_is_no_second_submission(aside: str, tmp_path: Path) -> None:
    files = {f"{folder}/{name}": text for folder in ("code", aside) for name, text in CODE.items()}

    assert opened(files, tmp_path).prefix == PurePosixPath("code")


def test_name_that_is_handed_on_is_at_home_where_it_is_defined(tmp_path: Path) -> None:
    acts = {"Beras/activations.py": "from .acts import *\n", "Beras/acts.py": "class Softmax:\n    pass\n"}

    found = opened(CODE | acts, tmp_path)

    assert found.places["Softmax"] == Place("Beras.activations", "Softmax", "Beras.acts", True)
    assert found.notes == ()


def test_lines_of_one_file_belong_to_the_modules_of_the_assignment(tmp_path: Path) -> None:
    found = opened({"hw2.py": LAYERS + sgd("Adam") + sgd("RMSProp") + "class ReLU:\n    pass\n"}, tmp_path).places

    assert [found.part_of("hw2.py", line) for line in (2, 6, 20)] == [
        "Beras.layers",
        "Beras.optimizers",
        "Beras.activations",
    ]
    assert found.is_part_of("Dense", "hw2.py", 2)
    assert not found.is_part_of("Dense", "hw2.py", 6)
