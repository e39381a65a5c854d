"""How a hand-in is asked: which checks share a worker, what is asked again, and what a failure leads to.

Workers are doubles that answer as a test says; what real ones do is in test_worker.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader import rubric
from grader.ask import observer as observer_module
from grader.ask.client import Fault, Frame
from grader.ask.draw import Draw
from grader.ask.observer import ATTEMPTS, MOST_BYTES, Observer, holds_objects
from grader.ask.probe import NotAsked, Probe
from grader.ask.response import Response
from grader.ask.subject import Subject
from grader.homework import FIRST
from grader.isolation import WorkerLost
from grader.worker.wire import Opaque, Ref

RUBRIC = rubric.load()
HERE = Frame("Beras/layers.py", 3, "Dense.forward", "w[0] = x")
RAISED = Fault("raised", "bad shapes", "ValueError", ("ValueError",), (HERE,))
REFUSED = Fault("raised", "only 0-dimensional arrays can be converted to Python scalars", "TypeError", (), (HERE,))
CRASHED, OUT_OF_TIME = Fault("crashed", "a segmentation fault"), Fault("timed out", "no answer")
UNKNOWN = Fault("raised", "No module named 'Beras.metrics'", "ModuleNotFoundError")


def asks(name: str, function: Callable[[Subject, Draw], Any] | None = None) -> Probe:
    """A check that looks its component up and calls it, or asks what a test says."""
    component, _, slug = name.partition("/")
    return Probe(component, slug, slug, function or (lambda s, _: {"y": s.get(component)().value}))


ONE, TWO, LOSS = asks("Dense/one"), asks("Dense/two"), asks("MeanSquaredError/one")


@dataclass(eq=False)
class House:
    """What workers are forked from."""

    level: Any = field(default_factory=lambda: SimpleNamespace(limited=True, user=None))
    living: bool = True

    def alive(self) -> bool:
        return self.living

    def close(self) -> None:
        self.living = False


class Worker:
    """A worker. answer: gives what a question of it gets, or raises."""

    def __init__(self, answer: Any, zygote: House, limits: Any, seconds: float, seed: int, *about: Any) -> None:
        self.answer, self.zygote, self.seconds, self.seed = answer, zygote, seconds, seed
        self.unavailable, self.numpy = about[:2]
        self.process = SimpleNamespace(number_inside=7)
        self.asked: list[str] = []
        self.is_closed = False

    def ask(self, op: str, **arguments: Any) -> Any:
        self.asked.append(f"{op} {arguments['module']}" if "module" in arguments else op)
        return self.answer(self, op, arguments)

    def forget(self, seed: int, seconds: float) -> None:
        self.asked.append(f"forget, seed {seed}")

    def output(self) -> str:
        return ""

    def close(self) -> None:
        self.is_closed = True


def answers(value: Any = 1.5) -> Any:
    """Every question is answered: components are there, and each call gives this value."""
    return lambda *_: {"ref": Ref(1), "kind": "an object", "inline": True, "value": value}


def fails(fault: Fault, where: Callable[[Worker, str, str], bool] = lambda worker, op, module: op == "call") -> Any:
    """Questions fail where this is so, and all else is answered."""

    def answer(worker: Worker, op: str, arguments: dict[str, Any]) -> Any:
        if where(worker, op, arguments.get("module", "")):
            raise fault
        return answers()()

    return answer


@dataclass
class Desk:
    """Makes observers, and keeps the workers that they had."""

    root: Path
    workers: list[Worker] = field(default_factory=list)
    observers: list[Observer] = field(default_factory=list)
    answer: Any = field(default_factory=answers)

    def worker(self, *about: Any) -> Worker:
        self.workers.append(Worker(self.answer, *about))
        return self.workers[-1]

    def observer(self, answer: Any = None, **about: Any) -> Observer:
        self.answer = answer or self.answer
        changes = {name: about.pop(name) for name in ("hidden", "old_numpy") if name in about}
        zygote: Any = House()
        made = Observer(self.root, "", replace(RUBRIC, **changes), 1, {}, zygote.level, zygote=zygote, **about)
        self.observers.append(made)
        return made

    def seen(self, answer: Any = None, probe: Probe = ONE, **about: Any) -> Response:
        return self.observer(answer, **about).seen(probe)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(tmp_path)
    monkeypatch.setattr(observer_module, "RemoteWorker", made.worker)
    monkeypatch.setattr(observer_module, "Zygote", lambda *_: House())
    yield made
    for each in made.observers:
        each.close()


def both(observer: Observer, *probes: Probe) -> list[Response]:
    """What these saw, asked at once."""
    observer.ask(list(probes))
    return [observer.seen(each) for each in probes]


# --- who shares a worker ----------------------------------------------------------------------------------------------


def test_what_a_check_saw_comes_back(desk: Desk) -> None:
    seen = desk.seen(answers(2.5))
    assert (seen.observation, seen.fault, seen.fresh) == ({"y": 2.5}, None, True)
    assert [note.text for note in seen.notes] == ["from Beras.layers import Dense", "dense = Dense()"]


def test_checks_of_one_module_share_a_worker_which_forgets_between_them(desk: Desk) -> None:
    assert [seen.fresh for seen in both(desk.observer(), ONE, TWO)] == [True, False]
    (worker,) = desk.workers
    assert worker.asked == ["find Beras.layers", "call", "forget, seed 1", "find Beras.layers", "call"]


def test_checks_of_another_module_have_another_worker(desk: Desk) -> None:
    assert [seen.fresh for seen in both(desk.observer(), ONE, LOSS)] == [True, True]
    assert len(desk.workers) == 2


def test_hidden_checks_have_a_worker_of_their_own_that_does_not_know_their_seed(desk: Desk) -> None:
    drawn = asks("Dense/two", lambda _, draw: {"seed": draw.seed // 10_000})
    observer = desk.observer(hidden=frozenset({drawn.name}), hidden_seed=77)
    assert both(observer, ONE, drawn)[1].observation == {"seed": 77}
    assert [worker.seed for worker in desk.workers] == [1, 1]


def test_an_exception_of_the_submission_leaves_its_worker_as_good_as_it_was(desk: Desk) -> None:
    assert [seen.fault for seen in both(desk.observer(fails(RAISED)), ONE, TWO)] == [RAISED, RAISED]
    assert len(desk.workers) == 1


@pytest.mark.parametrize("fault", [CRASHED, OUT_OF_TIME, Fault("exited", ""), Fault("protocol", "")])
def test_any_other_failure_ends_its_worker_and_the_next_check_has_a_fresh_one(fault: Fault, desk: Desk) -> None:
    fails_once = fails(fault, lambda worker, op, _: op == "call" and worker is desk.workers[0])
    first, second = both(desk.observer(fails_once), ONE, TWO)
    assert (first.fault, second.fault, second.fresh) == (fault, None, True)
    assert desk.workers[0].is_closed


def test_fresh_asks_in_a_worker_of_its_own_with_any_seed(desk: Desk) -> None:
    observer = desk.observer()
    observer.seen(ONE)
    assert observer.fresh(ONE, seed=5).fresh
    assert [(worker.seed, worker.is_closed) for worker in desk.workers[1:]] == [(5, True)]


# --- whose fault it is ------------------------------------------------------------------------------------------------


def test_an_answer_that_a_check_cannot_use_is_the_submissions_fault(desk: Desk) -> None:
    fault = desk.seen(answers(None), asks("Dense/one", lambda s, _: {"y": s.get("Dense")().value + 1})).fault
    assert fault is not None
    assert (fault.kind, "gave something that this check cannot use (TypeError: " in str(fault)) == ("unusable", True)


def test_an_answer_that_is_too_large_is_no_answer(desk: Desk) -> None:
    fault = desk.seen(answers(np.zeros(MOST_BYTES // 8 + 1))).fault
    assert fault is not None
    assert (fault.kind, fault.message) == ("protocol", "sent more than 4 MiB, which this check has no use for")


def test_any_other_exception_is_the_graders_own(desk: Desk) -> None:
    def breaks(s: Subject, draw: Draw) -> Any:
        raise RuntimeError("of the grader")

    seen = desk.seen(probe=asks("Dense/one", breaks))
    assert (seen.fault, "RuntimeError: of the grader" in seen.broken) == (None, True)


def test_a_check_may_say_that_it_makes_no_sense_here(desk: Desk) -> None:
    def declines(s: Subject, draw: Draw) -> Any:
        raise NotAsked("no such layer")

    assert str(desk.seen(probe=asks("Dense/one", declines)).not_asked) == "no such layer"


# --- modules that do not load ---------------------------------------------------------------------------------------


def without(module: str, fault: Fault) -> Any:
    """This module does not load."""
    return fails(fault, lambda worker, op, asked: asked == module)


def test_a_module_that_is_broken_by_itself_is_replaced_for_those_that_import_it(desk: Desk) -> None:
    def fails_in(worker: Worker, op: str, module: str) -> bool:
        return module == "Beras.layers" or (module == "Beras.losses" and "Beras.layers" not in worker.unavailable)

    assert desk.seen(fails(RAISED, fails_in), LOSS).observation == {"y": 1.5}
    assert desk.workers[-1].unavailable == {"Beras.layers": "Beras/layers.py does not load: ValueError: bad shapes"}


def test_what_is_known_to_be_broken_is_not_asked_again(desk: Desk) -> None:
    observer = desk.observer(without("Beras.layers", RAISED))
    assert [seen.fault for seen in both(observer, ONE, TWO)] == [RAISED, RAISED]
    assert [each for worker in desk.workers for each in worker.asked].count("find Beras.layers") == 1


def test_each_module_is_tried_once_where_something_is_not_found(desk: Desk) -> None:
    both(desk.observer(fails(RAISED, lambda worker, op, module: op == "find")), ONE, TWO, LOSS)
    loaded = [each for worker in desk.workers for each in worker.asked if each.startswith("load ")]
    assert len(loaded) == len(set(loaded))
    assert {f"load {module}" for module in FIRST.modules.values()} <= set(loaded)


def test_a_module_that_hangs_is_named_by_its_file(desk: Desk) -> None:
    fault = desk.seen(without("Beras.layers", OUT_OF_TIME)).fault
    assert str(fault) == "no answer, while Beras/layers.py was imported"


def test_a_module_that_is_not_there_is_missing(desk: Desk) -> None:
    fault = desk.seen(without("Beras.metrics", UNKNOWN), asks("CategoricalAccuracy/one")).fault
    said = "there is no Beras/metrics.py"
    assert (fault.kind, str(fault)) == ("missing", said)
    assert desk.workers[-1].unavailable == {"Beras.metrics": f"Beras/metrics.py does not load: {said}"}


# --- what is asked again --------------------------------------------------------------------------------------------


def test_a_check_whose_worker_ended_with_its_zygote_is_asked_again(desk: Desk) -> None:
    def ends_it(worker: Worker, op: str, module: str) -> bool:
        worker.zygote.living = len(desk.workers) == ATTEMPTS
        return not worker.zygote.living

    seen = desk.seen(fails(CRASHED, ends_it))
    assert (seen.observation, seen.orphaned) == ({"y": 1.5}, False)
    assert len({worker.zygote for worker in desk.workers}) == ATTEMPTS


def test_a_check_that_always_ends_its_zygote_is_given_up(desk: Desk) -> None:
    def ends_it(worker: Worker, op: str, module: str) -> bool:
        worker.zygote.living = op != "call"
        return op == "call"

    assert desk.seen(fails(CRASHED, ends_it)).fault == CRASHED
    assert len(desk.workers) == ATTEMPTS


def test_a_worker_that_never_said_that_it_was_forked_takes_its_zygote_along(desk: Desk) -> None:
    def is_unborn(worker: Worker, op: str, module: str) -> bool:
        worker.process.number_inside = None
        return len(desk.workers) == 1

    assert desk.seen(fails(OUT_OF_TIME, is_unborn)).observation == {"y": 1.5}
    assert not desk.workers[0].zygote.living


def test_a_component_that_ran_out_of_time_is_given_less_from_then_on(desk: Desk) -> None:
    both(desk.observer(fails(OUT_OF_TIME)), ONE, TWO, LOSS)
    usual, less = RUBRIC.limits["check_seconds"], RUBRIC.limits["check_seconds_after_timeout"]
    assert sorted(worker.seconds for worker in desk.workers) == sorted([usual, less, usual])


def test_a_worker_that_served_others_may_have_been_slow_for_them(desk: Desk) -> None:
    observer = desk.observer(fails(OUT_OF_TIME, lambda worker, op, _: worker.asked.count("call") == 2))
    both(observer, ONE, TWO)
    assert observer.patience("Dense") == RUBRIC.limits["check_seconds"]


ALLOWED_THEN = fails(REFUSED, lambda worker, op, _: op == "call" and worker.numpy != "old")


def test_a_line_that_older_numpy_allowed_is_asked_as_it_was_and_noted(desk: Desk) -> None:
    observer = desk.observer(ALLOWED_THEN)
    assert observer.seen(ONE).observation == {"y": 1.5}
    assert [set(places) for places in observer.lines_refused().values()] == [{("Beras/layers.py", 3)}]
    assert observer.numpy_for_training() == "old"


def test_such_a_line_stays_an_error_where_the_rubric_says_so(desk: Desk) -> None:
    assert desk.seen(ALLOWED_THEN, old_numpy="lost").fault == REFUSED


def test_such_a_line_stays_an_error_where_the_rest_is_no_better(desk: Desk) -> None:
    observer = desk.observer(fails(REFUSED))
    assert (observer.seen(ONE).fault, observer.lines_refused()) == (REFUSED, {})


def test_code_that_goes_on_with_an_array_of_objects_was_never_right() -> None:
    assert holds_objects({"y": [1.5, Opaque("array of dtype object")]})
    assert not holds_objects({"y": [Opaque("an object of class Tensor"), np.ones(3)]})


# --- what is not written, and the end -------------------------------------------------------------------------------


def test_functions_that_are_not_written_are_noted_where_a_check_calls_them(desk: Desk) -> None:
    def answer(worker: Worker, op: str, arguments: dict[str, Any]) -> Any:
        return ["Beras.layers:Dense.forward", "a lie"] if op == "called" else answers()()

    assert desk.seen(answer, unwritten={"Beras.layers": ["Dense.forward"]}).unwritten == ("Beras.layers:Dense.forward",)
    assert desk.workers[0].asked == ["watch", "find Beras.layers", "call", "called"]


def test_a_worker_that_is_gone_is_not_asked_what_it_called(desk: Desk) -> None:
    desk.seen(fails(CRASHED), unwritten={"Beras.layers": ["Dense.forward"]})
    assert "called" not in desk.workers[0].asked


def test_after_the_end_no_worker_is_started(desk: Desk) -> None:
    observer = desk.observer()
    observer.close()
    with pytest.raises(WorkerLost):
        observer.worker()
    assert str(observer.fresh(ONE).fault) == "the process that checks run in could not be started again"


def test_the_end_does_not_wait_for_checks_that_were_not_asked_yet(desk: Desk) -> None:
    started, goes_on = threading.Event(), threading.Event()

    def waits(s: Subject, draw: Draw) -> Any:
        started.set()
        goes_on.wait()
        return {}

    observer = desk.observer()
    observer.ask([asks("Dense/one", waits), TWO])
    started.wait()
    observer.zygote.close = goes_on.set  # type: ignore[method-assign]  as a worker's end ends its check
    observer.close()
    assert observer.futures["Dense/one"].done()
    assert not observer.futures["Dense/two"].done()
