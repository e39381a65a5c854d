"""The writers: each turns a result, and nothing else, into the text of one file.

A further one is a module with a function and a row here: its option and its place in `--format` follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from grader.base.errors import UsageError
from grader.result import Result


@dataclass(frozen=True)
class Writer:
    """One form of the result. `function` is `module:name` in this package, imported when it is needed.

    live: the file is rewritten while the run goes on. appends: the file's contents stay and the text goes behind them;
    the function is also told how many bytes may still go in. extra: what has to be installed for it.
    """

    function: str
    help: str
    live: bool = False
    appends: int = 0
    extra: str = ""

    def load(self) -> Callable[..., str]:
        """Raises UsageError where something is not installed."""
        module, _, name = self.function.partition(":")
        try:
            return _function(module, name)
        except ModuleNotFoundError as error:
            hint = f"pip install 'beras-grader[{self.extra}]'" if self.extra else "reinstall the grader"
            raise UsageError(f"{self.help} needs the package {error.name}: {hint}") from None

    def __call__(self, result: Result, **options: Any) -> str:
        return self.load()(result, **options)


def _function(module: str, name: str) -> Callable[..., str]:
    found: Callable[..., str] = getattr(import_module(f"grader.report.{module}"), name)
    return found


WRITERS = {
    "json": Writer("to_json:to_json", "the whole result (schema: grader/result.schema.json)"),
    "html": Writer("to_html:to_html", "a report to read in a browser, in one file", extra="report"),
    "markdown": Writer("to_markdown:to_markdown", "a comment for a pull request"),
    "csv": Writer("to_csv:to_csv", "one row a check"),
    "junit": Writer("to_junit:to_junit", "JUnit XML"),
    "gradescope": Writer("to_gradescope:to_gradescope", "Gradescope's results.json, kept up to date", live=True),
    "prairielearn": Writer("to_prairielearn:to_prairielearn", "PrairieLearn's results.json"),
    "classroom50": Writer("to_classroom50:to_classroom50", "Classroom 50's result.json"),
    "github-classroom": Writer("to_github_classroom:to_github_classroom", "GitHub Classroom's result, in base64"),
    "summary": Writer("to_markdown:to_summary", "the summary of a GitHub job, appended to FILE", appends=1 << 20),
}
