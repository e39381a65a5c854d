"""What `grade explain CODE` prints: a page, with its example worked out.

The example of a page is Python of the contract's API alone. It is run twice, with the reference and with the mistake,
so that the numbers shown are computed and the solution is not.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.ask import patches
from grader.ask.patches import Patch, Sources
from grader.ask.reference import LocalWorker, read_sources
from grader.diagnose import pages
from grader.homework import FIRST, Edition

NO_DIGITS = Path("mnist")  # where a library is told to load them from, which no example does
EXAMPLE = re.compile(r"^```example\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def explain(code: str, examples: Mapping[str, Sequence[str]] | None = None, edition: Edition = FIRST) -> str:
    """The page of a code in an edition, its example followed by what it gives; '' where there is no page.

    examples: for each code what its example gives, right and with the mistake; without it they are worked here, which
    takes the reference.
    """
    text = pages.text(code, edition)
    found = EXAMPLE.search(text)
    if not found:
        return text
    answers = worked_example(code, edition) if examples is None else examples.get(code, ())
    if not answers:
        return text.replace("```example", "```python")
    right, wrong = map(indented, answers)
    as_text = f"```python\n{found[1]}```\n\nright:\n\n{right}\n\nwith this mistake:\n\n{wrong}\n"
    return text[: found.start()] + as_text + text[found.end() :]


def worked_example(code: str, edition: Edition = FIRST) -> list[str]:
    """What the example of a page gives, right and with the mistake; [] where there is none."""
    found = EXAMPLE.search(pages.text(code, edition))
    mistakes = mistakes_of(edition)
    forms = [mistakes[code]] if code in mistakes else [each for each in mistakes.values() if each.page == code]
    if not found or not forms:
        return []
    sources = read_sources(edition.reference)
    right = worked(found[1], sources, edition)
    # Of a mistake in several forms the first that shows here: what an example can ask, one of them may not touch
    wrong = (worked(found[1], each.applied(sources), edition) for each in forms)
    return [right, next((each for each in wrong if each != right), right)]


@cache
def mistakes_of(edition: Edition) -> dict[str, Patch]:
    return patches.fitting(patches.MISCONCEPTIONS, edition, read_sources(edition.reference))


def worked(lines: str, sources: Sources, edition: Edition = FIRST) -> str:
    """What the last expression of some lines gives in an implementation, or the exception that it raises."""
    names = namespace(sources, edition, lines)
    *statements, last = ast.parse(lines).body
    np.random.seed(0)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            exec(compile(ast.Module(statements, []), "example", "exec"), names)  # noqa: S102  our own page
            assert isinstance(last, ast.Expr)
            return as_text(eval(compile(ast.Expression(last.value), "example", "eval"), names))  # noqa: S307
        except Exception as error:  # noqa: BLE001  an exception may be the point
            return f"{type(error).__name__}: {error}"


def namespace(sources: Sources, edition: Edition, lines: str) -> dict[str, Any]:
    """NumPy and every name of the contract that some lines mention, from one implementation."""
    host = LocalWorker(sources, edition.reference, edition.loading(NO_DIGITS)).host
    mentioned = {name: module for name, module in edition.modules.items() if re.search(rf"\b{name}\b", lines)}
    return {"np": np} | {name: getattr(host.load(module), name) for name, module in mentioned.items()}


def as_text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=4, suppress_small=True, separator=", ")
    if isinstance(value, (list, tuple)) and any(isinstance(item, np.ndarray) for item in value):
        return "\n".join(as_text(item) for item in value)
    return f"{float(value):.6g}" if isinstance(value, (float, np.floating)) else repr(value)


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
