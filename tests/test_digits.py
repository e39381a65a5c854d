"""What a submission of the later years finds under the name of tensorflow: the digits of MNIST and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import editions
import numpy as np
import pytest

from grader.ask.client import Fault, RemoteWorker
from grader.ask.reference import LocalWorker, read_sources
from grader.homework import FIRST, edition
from grader.homeworks.beras.mnist.reader import STAND_IN, load
from grader.homeworks.beras.mnist.synthetic import probe_files, probe_folder
from grader.homeworks.beras.worker import digits
from grader.isolation import Limits, Zygote, choose
from grader.submission.opening import forbidden_imports, open_submission
from grader.worker.placeholders import Absent

LATER = edition(2025)
LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=20, file_bytes=1 << 18, processes=512, address_space=32 << 30)
PATIENCE = 30.0  # seconds for an answer that comes at once on any machine
STUDENT = {
    "by_datasets": "from tensorflow.keras import datasets\nload = lambda: datasets.mnist.load_data()",
    "by_name": "import tensorflow as tf\nload = lambda: tf.keras.datasets.mnist.load_data()",
    "by_module": "from tensorflow.keras.datasets import mnist\nload = mnist.load_data",
    "by_function": "from tensorflow.keras.datasets.mnist import load_data as load",
    "by_keras": "from keras.datasets import mnist\nload = lambda: mnist.load_data('mnist.npz')",
    "by_dots": "import tensorflow.keras.datasets.mnist\nload = lambda: tensorflow.keras.datasets.mnist.load_data()",
    "at_import": "import tensorflow as tf\nprint(tf.__version__)\nkept = tf.keras.datasets.mnist.load_data()\n"
    "load = lambda: kept",
    "odd_at_import": "import tensorflow as tf\nfrom tensorflow.keras import layers, datasets\n"
    "import tensorflow.keras.utils\ntf.random.set_seed(3)\nload = lambda: datasets.mnist.load_data()",
    "elsewhere": """\
import tensorflow as tf
from tensorflow.keras import layers
import keras

def load(name):
    return {"softmax": lambda: tf.nn.softmax([1.0]), "fashion": lambda: keras.datasets.fashion_mnist.load_data(),
            "dense": lambda: layers.Dense(3)}[name]()
""",
    "logging": """\
from typing import Optional, Union
import numpy as np
import wandb
from tqdm import tqdm

run = wandb.init(project="beras")

def fit(x: np.ndarray, wandb_run: wandb.Run | None = None, other: Optional[wandb.Run] = None) -> Union[wandb.Run, int]:
    run.log({"loss": 1.0})
    return sum(tqdm(range(3)))

load = lambda: fit(np.ones(1), run)
""",
}


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    root = tmp_path_factory.mktemp("submission")
    for name, text in STUDENT.items():
        (root / f"{name}.py").write_text(text)
    made = Zygote(root, choose("basic"))
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    probe_files(tmp_path, seed=3)
    return tmp_path / "mnist"


@pytest.fixture
def worker(zygote: Zygote, folder: Path) -> Iterator[RemoteWorker]:
    made = RemoteWorker(zygote, LIMITS, PATIENCE, 0, libraries=LATER.loading(folder))
    yield made
    made.close()


def loaded(worker: Any, module: str, *args: Any) -> Any:
    found = worker.ask("find", module=module, name="load")
    return worker.ask("call", target=found["ref"], name="", args=list(args), kwargs={})


def part(worker: Any, reply: Any, *keys: int) -> Any:
    for key in keys:
        reply = worker.ask("item", target=reply["ref"], key=key)
    return reply


WAYS = [name for name in STUDENT if name not in ("elsewhere", "logging")]


@pytest.mark.parametrize("way", WAYS)
def test_digits_come_however_they_are_imported(worker: RemoteWorker, folder: Path, tmp_path: Path, way: str):
    right = probe_files(tmp_path / "again", seed=3)

    reply = loaded(worker, way)

    for split, images, labels in (
        (0, right.train_images, right.train_labels),
        (1, right.test_images, right.test_labels),
    ):
        found = part(worker, reply, split, 0)
        assert worker.ask("layout", target=found["ref"]) == {"shape": [len(labels), 28, 28], "dtype": "uint8"}
        rows = worker.ask("rows", target=found["ref"], rows=[0, len(labels) - 1])
        assert np.array_equal(rows.reshape(2, -1), images[[0, -1]])
        assert np.array_equal(worker.ask("read", target=part(worker, reply, split, 1)["ref"]), labels)


def test_arrays_are_fresh_and_may_be_written(folder: Path):
    load_data = digits.libraries({"keras": str(folder)}, Absent)["keras.datasets.mnist"].load_data
    (first, labels), _ = load_data()
    before = first[0].copy()
    first[...] = 0
    labels += 1

    (second, others), _ = load_data()

    assert np.array_equal(second[0], before)
    assert np.array_equal(others + 1, labels)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("softmax", "tensorflow.nn.softmax"),
        ("fashion", "keras.datasets.fashion_mnist.load_data"),
        ("dense", "tensorflow.keras.layers.Dense"),
    ],
)
def test_any_other_name_raises_once_it_is_used(worker: RemoteWorker, name: str, full: str):
    with pytest.raises(Fault) as caught:
        loaded(worker, "elsewhere", name)

    assert (caught.value.type, caught.value.frames[-1].file) == ("ImportError", "elsewhere.py")
    assert caught.value.message.startswith(f"{full} is not there")


def test_logging_and_bars_are_swallowed(worker: RemoteWorker):
    assert loaded(worker, "logging")["value"] == 3


def test_module_of_the_submission_s_own_goes_first(tmp_path: Path, folder: Path):
    (tmp_path / "keras.py").write_text("def load(): return 'own'")
    zygote = Zygote(tmp_path, choose("basic"))
    try:
        worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0, libraries=LATER.loading(folder))
        assert loaded(worker, "keras")["value"] == "own"
        worker.close()
    finally:
        zygote.close()


def test_first_edition_has_no_tensorflow(zygote: Zygote, folder: Path):
    assert FIRST.loading(folder) == {}
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0, libraries=FIRST.loading(folder))
    with pytest.raises(Fault) as caught:
        loaded(worker, "by_datasets")
    worker.close()

    assert caught.value.type == "ImportError"


def test_trainings_never_show_a_test_label():
    mnist = load()

    folder = LATER.loading(mnist.public / "data" / "mnist")
    _, (images, labels) = digits.libraries(folder, Absent)["tensorflow.keras.datasets.mnist"].load_data()

    assert np.array_equal(labels, mnist.train_labels[-STAND_IN:])
    assert np.array_equal(images.reshape(STAND_IN, -1), mnist.train_images[-STAND_IN:])
    assert not np.array_equal(labels, mnist.test_labels)


@pytest.mark.parametrize("year", editions.YEARS)
def test_reference_loads_them_in_this_process_and_leaves_no_trace(year: str):
    year_of_it = edition(int(year))
    folder = probe_folder() / "mnist"
    worker = LocalWorker(read_sources(year_of_it.reference), year_of_it.reference, year_of_it.loading(folder))
    before = {name for name in sys.modules if name.startswith(("tensorflow", "keras"))}

    found = worker.ask("find", module="preprocess", name="load_and_preprocess_data")
    reply = worker.ask("call", target=found["ref"], name="", args=[], kwargs={})

    assert [worker.ask("layout", target=part(worker, reply, index)["ref"])["shape"] for index in range(4)] == [
        [60000, 784],
        [60000],
        [10000, 784],
        [10000],
    ]
    assert {name for name in sys.modules if name.startswith(("tensorflow", "keras"))} == before


def test_import_of_given_code_is_no_forbidden_one(tmp_path: Path):
    assert forbidden_imports(open_submission(LATER.reference, tmp_path / "later")) == {}
    place = tmp_path / "first"
    (place / "Beras").mkdir(parents=True)
    (place / "Beras" / "layers.py").write_text("import tensorflow as tf\n")
    assert set(forbidden_imports(open_submission(place, tmp_path / "scratch"))) == {"Beras.layers"}
