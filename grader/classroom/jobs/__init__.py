"""One hand-in is a job: its settings, its outcome, and how jobs are scheduled on this machine."""
