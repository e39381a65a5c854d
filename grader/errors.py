"""What went wrong outside the submission's own code, in one line for the person at the keyboard."""


class UsageError(Exception):
    """The call or the environment is wrong (no such folder, data missing, bad rubric): one line, exit code 2."""
