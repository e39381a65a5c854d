"""What a worker is asked beyond looking up, calling and reading: layers, stand-ins, MNIST, how a model learns.

Each function is a request: its name is the request's, `host` the worker's host (grader/worker/host.py), and the other
arguments are what the request carries. `libraries` alone is called as the worker is born.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import doubles, fast_core, later_doubles, later_fast_core
from .digits import libraries as libraries
from .study import layers_of
from .study import made_of as made_of
from .study import study as study


def layer_kinds(host: Any, model: Any, dense: Any) -> list[list[Any]]:
    """For each layer of a model: its class's name, and whether it is a Dense, has weights, passes its input on.

    The last is asked of layers without weights.
    """
    kinds: list[list[Any]] = []
    for layer in layers_of(host.live(model)):
        is_dense = isinstance(layer, host.live(dense))
        weighted = bool(len(getattr(layer, "weights", ())))
        passes = not is_dense and not weighted and passes_on(host, layer)
        kinds.append([type(layer).__name__, is_dense, weighted, passes])
    return kinds


def passes_on(host: Any, layer: Any) -> bool:
    """Does a layer give its input back, whatever the shape? Far from 0 as well, where a clip would show.

    Asked as in evaluation, where dropout does; what it is told about training stays as it was.
    """
    x = np.tile([-50.0, -1.5, 0.5, 50.0], (2, 196))  # 784 wide, like the images
    told = getattr(layer, "training", None)
    try:
        tell_training(layer, False)
        y = host.plain(layer.forward(x.copy()))
        return isinstance(y, np.ndarray) and np.array_equal(y.ravel(), x.ravel())
    except Exception:  # noqa: BLE001  it cannot do with such an input, so it is no mere passage
        return False
    finally:
        tell_training(layer, told)


def tell_training(layer: Any, training: Any) -> None:
    """Sets `training` on a layer that has it and lets it be set."""
    if hasattr(layer, "training"):
        with contextlib.suppress(AttributeError):  # a property of its own, which has another source
            layer.training = training


def set_training(host: Any, model: Any, training: bool) -> None:
    """Sets `training` on the layers that have it, as evaluation does."""
    for layer in layers_of(host.live(model)):
        tell_training(layer, training)


def vectorise(host: Any, base: Any, model: Any) -> list[str]:
    """Vectorises what the given Diffable loops over and a model uses; the names of those methods."""
    return fast_core.install(host.live(base), layers_of(host.live(model)))


def vectorise_later(host: Any, base: Any, model: Any, dense: Any, tensor: Any, words: dict[str, str]) -> list[str]:
    """The same for the years from 2023 on, and a Dense that makes large arrays of its weight gradient.

    words: what this year calls the methods of the contract.
    """
    year = later_fast_core.Year(words, host.live(tensor))
    return later_fast_core.install(host.live(base), layers_of(host.live(model)), year, host.live(dense))


def leaf(host: Any, value: Any, kind: Any, attributes: dict[str, Any]) -> Any:
    """Plain data as an array of a class whose arrays carry the `backward` of the layer that made them.

    No layer made this one, so its `backward` does nothing, as the constructor has it, which is not asked.
    """
    array = np.array(host.live(value)).view(host.live(kind))
    for name, each in attributes.items():
        setattr(array, name, each)
    array.backward = lambda *_: None  # one of its own, by which it is known again
    return host.keep(array)


def double(host: Any, kind: str, base: Any, script: dict[str, Any], like: Sequence[list[str]] = ()) -> Any:
    """A stand-in that the grader scripts; see doubles.py. like: module and name of classes whose habits it has."""
    base_class = None if base is None else host.live(base)
    if "words" in script:
        return host.keep(later_doubles.make(kind, base_class, host.live(script)))
    return host.keep(doubles.make(kind, base_class, host.live(script), lambda: host.loadable(like)))


def scaled_images(host: Any, path: str, start: int, stop: int) -> Any:
    """Rows of a public file of images as float32 in [0, 1]."""
    images = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))[start:stop].astype(np.float32)
    images /= np.float32(255)
    return host.keep(images)


def scaled(host: Any, images: np.ndarray) -> Any:
    """Images that came with the request, in the same way."""
    return host.keep(images.astype(np.float32) / np.float32(255))


def one_hot(host: Any, path: str, start: int, stop: int, digits: list[int]) -> Any:
    """Rows of a public file of labels as rows of zeros with a one; `digits` says which label each column means."""
    labels = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))[start:stop]
    return host.keep((labels[:, None] == np.array(digits)).astype(np.float32))
