"""Metrics and predictions as fit, evaluate and batch_step give them back: alone or by batch, under either name."""

from __future__ import annotations

from typing import Any

import numpy as np


def accuracy_of(stats: Any) -> str:
    """Years and students call it acc or accuracy."""
    return "accuracy" if isinstance(stats, dict) and "accuracy" in stats and "acc" not in stats else "acc"


def by_name(stats: Any, entries: Any) -> Any:
    """The two entries that metrics have to have, under one name each; all of them where one is missing."""
    if not isinstance(stats, dict):
        return stats
    wanted = {"loss": "loss", accuracy_of(stats): "acc"}
    found = {wanted[name]: value for name, value in stats.items() if name in wanted}
    return {name: entries(value) for name, value in (found if len(found) == 2 else stats).items()}


def mean_of(value: Any) -> Any:
    """One number for an evaluation: itself, or the mean of a list with a value for each batch."""
    array = numbers_in(value)
    return float(np.mean(array)) if array is not None else value


def by_row(rows: Any) -> float:
    """The accuracy that a scripted step reports of these rows, where it differs from batch to batch."""
    return float(np.mean(1 / (1 + np.abs(np.asarray(rows)[:, 0]))))


def numbers_in(value: Any) -> np.ndarray | None:
    """All numbers of a value, of a list, or of lists in a list; None where there is anything else."""
    if isinstance(value, (int, float)):
        return np.array([float(value)])
    if isinstance(value, (list, tuple)):
        parts = [numbers_in(each) for each in value]
        found = [each for each in parts if each is not None]
        return np.concatenate(found) if found and len(found) == len(parts) else None
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.size:
        return value.astype(float).ravel()
    return None


def epochs_of(value: Any, epochs: int) -> Any:
    """One number for each epoch of a history that has one for each epoch, or one for each batch."""
    array = numbers_in(value)
    if array is None or array.size % epochs:
        return value
    return [float(each) for each in array.reshape(epochs, -1).mean(axis=1)]


def rows_of(predictions: Any) -> Any:
    """Predictions in one array, as it is or batch by batch; the class of each row where only that is given."""
    if isinstance(predictions, (list, tuple)) and predictions:
        parts = [np.asarray(each) for each in predictions if isinstance(each, (np.ndarray, list, int, float))]
        if len(parts) == len(predictions) and len({each.ndim for each in parts}) == 1:
            predictions = np.concatenate(parts) if parts[0].ndim else np.stack(parts)
    if isinstance(predictions, np.ndarray) and predictions.ndim == 3 and 1 in predictions.shape[:1]:
        predictions = predictions[0]
    return predictions


def is_labels(value: Any, truth: np.ndarray) -> bool:
    """Are these the labels that evaluate was given, as they are, batch by batch, or as classes?"""
    found = rows_of(value)
    return isinstance(found, np.ndarray) and (
        np.array_equal(found, truth) or np.array_equal(found, truth.argmax(axis=-1))
    )
