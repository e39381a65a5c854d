"""What a student reads where no probe of the assignment leads: advice that depends on the machine's answer."""

from __future__ import annotations

import pytest

from grader import words
from grader.client import Fault


@pytest.mark.parametrize("error", ["[Errno 13] Permission denied", "[Errno 30] Read-only file system"])
def test_file_beside_the_code_that_cannot_be_written_says_where_files_may_be(error: str):
    fault = Fault("raised", f"{error}: '/tmp/grade/submission/train.log'", "OSError", ("OSError",))

    assert "current folder" in words.where_to_write(fault)


@pytest.mark.parametrize(
    "message",
    [
        "[Errno 13] Permission denied: '/etc/shadow'",
        "[Errno 2] No such file or directory: '/tmp/grade/submission/train.log'",
    ],
)
def test_another_error_with_a_file_says_nothing_of_that(message: str):
    assert words.where_to_write(Fault("raised", message, "OSError", ("OSError",))) == ""
