"""Where a submission was when its time was over: the line is told, whatever holds it up, and no other words."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from overlays import ROOT, build, expectation, grade, run, with_limits

from grader.ask.whereabouts import Place, loop_around, place_in
from grader.homework import FIRST

CODE = """\
def f(n):
    for i in range(n):
        while True:
            g(i)


def g(i):
    return [i
            for _ in range(i)]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "code" / "übung.py").write_text("x = 1\n\x1b[2Jy = 2", encoding="utf-8")
    (tmp_path / "other.py").write_text("secret\n", encoding="utf-8")
    (tmp_path / "code" / "link.py").symlink_to(tmp_path / "other.py")
    return tmp_path / "code"


def stack(*frames: tuple[object, object]) -> str:
    lines = (f'  File "{file}", line {line} in f\n' for file, line in frames)
    return "Stack (most recent call first):\n" + "".join(lines)


def test_innermost_line_of_the_submission_is_told_with_its_loop(root: Path) -> None:
    text = stack(("/usr/lib/numpy/core.py", 3), (root / "a.py", 4), (root / "a.py", 1), ("/worker/main.py", 9))

    assert place_in(text, root) == Place("a.py", 4, "g(i)", 2)


@pytest.mark.parametrize(
    "frame",
    [("/etc/passwd", 1), ("{root}/../other.py", 1), ("{root}/link.py", 1), ("{root}/none.py", 1), ("{root}/a.py", 99),
     ("{root}/a.py", 0), ("{root}/a.py", "1x"), ("{root}2/a.py", 1), ("x{root}/a.py", 1)],
)  # fmt: skip
def test_what_is_no_line_of_the_submission_is_passed_over(root: Path, frame: tuple[str, object]) -> None:
    assert place_in(stack((frame[0].format(root=root), frame[1])), root) is None


def test_other_letters_are_read_and_control_characters_are_not_told(root: Path) -> None:
    escaped = str(root / "übung.py").encode("ascii", "backslashreplace").decode()

    found = place_in(stack((escaped, 2)), root)

    assert found is not None
    assert found.file == "übung.py"
    assert "\x1b" not in found.source
    assert "y = 2" in found.source


def test_a_line_without_a_loop_is_its_own() -> None:
    assert [loop_around(CODE, line) for line in (1, 2, 3, 4, 8)] == [1, 2, 2, 2, 8]
    assert loop_around("def (", 1) == 1


HANGS = {
    "in C, which never gives back the interpreter": ("sum(range(10**12))", "CPU time"),
    "while it rests": ("__import__('time').sleep(10**4)", "rest"),
    "in a C library that keeps the interpreter": ("__import__('ctypes').PyDLL(None).sleep(10**4)", "rest"),
}


def hanging(folder: Path, line: str) -> list[str | Path]:
    """A submission with this line in front of Softmax.forward, and what grades it soon."""
    shutil.copytree(ROOT / "reference", folder / "code", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "code" / "Beras" / "activations.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("        e = np.exp(", f"        {line}\n        e = np.exp("), encoding="utf-8")
    rubric = FIRST.rubric.read_text(encoding="utf-8").replace("\ncheck_seconds = 10", "\ncheck_seconds = 0.5")
    rubric = rubric.replace("\ncheck_seconds_after_timeout = 2", "\ncheck_seconds_after_timeout = 0.2")
    assert "check_seconds = 0.5" in rubric
    assert "after_timeout = 0.2" in rubric
    (folder / "rubric.toml").write_text(rubric, encoding="utf-8")
    return [folder / "code", "--only", "Softmax", "--no-training", "--rubric", folder / "rubric.toml"]


@pytest.mark.parametrize("name", HANGS)
def test_line_is_told(name: str, tmp_path: Path) -> None:
    line, spent = HANGS[name]

    done = run(*hanging(tmp_path, line))

    text = " ".join(done.stdout.split())
    assert f"stopped after 0.5 s of {spent} in Beras/activations.py, line 53: `{line}`" in text, text
    assert text.count("stopped after") == 2  # in the table, and in one block for all checks
    assert "more fault" not in text


def test_nothing_is_told_of_a_process_that_does_not_answer(tmp_path: Path) -> None:
    done = run(
        *hanging(tmp_path, "import signal; [signal.signal(n, signal.SIG_IGN) for n in (10, 12)]; sum(range(10**12))")
    )

    text = " ".join(done.stdout.split())
    assert "gave no answer within 0.5 s of CPU time" in text, text
    assert "line 53" not in text


def test_words_of_a_forged_stack_are_never_told(tmp_path: Path) -> None:
    attack = "result-in-the-stack-of-a-hang"
    rubric = with_limits(tmp_path, expectation("attacks", attack)["limits"])

    found = grade(build("attacks", attack, tmp_path), "--only", "CategoricalAccuracy", "--rubric", str(rubric))

    for probe in found.components["CategoricalAccuracy"]["probes"]:
        told = probe["told"]["headline"]
        place = re.fullmatch(r"stopped after [\d.]+ s of CPU time in Beras/(core|metrics).py, line \d+: `.*`", told)
        assert place or told.startswith("gave no answer within"), told
        assert "all is right" not in told
        assert probe["file"] in ("Beras/core.py", "Beras/metrics.py")
