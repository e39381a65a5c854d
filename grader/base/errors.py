"""What went wrong outside the submission's own code, in one line for the person at the keyboard."""

import errno


class UsageError(Exception):
    """The call or the environment is wrong (no such folder, data missing, bad rubric): one line, exit code 2."""


def is_full(error: BaseException) -> bool:
    """Was a disk or a quota full? shutil gathers such faults as text."""
    full = [errno.ENOSPC, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else [])]
    gathered = isinstance(error, OSError) and error.errno is None and str(error)
    return getattr(error, "errno", None) in full or any(f"[Errno {each}]" in (gathered or "") for each in full)
