"""What a student reads where no probe of the assignment leads: advice that depends on the machine's answer."""

from __future__ import annotations

import errno
import os

import pytest

from grader import words
from grader.client import Fault
from grader.worker.host import Host


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_file_beside_the_code_that_cannot_be_written_says_where_files_may_be(number: int):
    raised = OSError(number, os.strerror(number), "/tmp/grade/submission/Beras/train.log")
    told = Host("/tmp/grade/submission").describe_error(raised)

    assert "current folder" in words.where_to_write(Fault("raised", told["message"], "OSError", ("OSError",)))


@pytest.mark.parametrize(
    "message",
    [
        "[Errno 13] Permission denied: '/etc/shadow'",
        "[Errno 2] No such file or directory: 'Beras/train.log'",
    ],
)
def test_another_error_with_a_file_says_nothing_of_that(message: str):
    assert words.where_to_write(Fault("raised", message, "OSError", ("OSError",))) == ""
