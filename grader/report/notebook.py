"""A result that shows itself: as a report in a notebook, as a table elsewhere."""

from __future__ import annotations

import html
from dataclasses import fields

from grader.base.errors import UsageError
from grader.report.details import component_text, points
from grader.report.to_table import table, to_table
from grader.result import ComponentResult, Components, Result

HEIGHT = "44rem"  # of the report in a notebook's cell; it scrolls inside


class ShownComponent(ComponentResult):
    """A row that shows itself as text: what it lost, and why."""

    def __repr__(self) -> str:
        return f"{self.name}  {points(self)}\n{component_text(self)}"


class ShownComponents(Components):
    """Rows that show themselves as the table."""

    def __repr__(self) -> str:
        return table(self)


class NotebookResult(Result):
    """A result that shows itself."""

    def __post_init__(self) -> None:
        self.components = ShownComponents(ShownComponent(**vars(part)) for part in self.components)

    def __repr__(self) -> str:
        return to_table(self).rstrip("\n")

    def _repr_html_(self) -> str:
        return to_cell(self)


def notebook_result(result: Result) -> NotebookResult:
    """The result as one that shows itself."""
    return NotebookResult(**{each.name: getattr(result, each.name) for each in fields(result)})


def to_cell(result: Result) -> str:
    """The report inside a frame of its own, so that neither its style nor the notebook's touches the other."""
    try:
        from grader.report.writers import WRITERS

        page = WRITERS["html"](result)
    except UsageError:  # no Jinja2: as text
        return f"<pre>{html.escape(repr(result))}</pre>"
    # Without a base of its own, a link inside the page would lead to the notebook's address
    page = page.replace("<head>", '<head>\n<base href="about:srcdoc">', 1)
    style = f"width: 100%; height: {HEIGHT}; border: 1px solid #8888"
    return f'<iframe title="Grading report" style="{style}" sandbox="" srcdoc="{html.escape(page)}"></iframe>'
