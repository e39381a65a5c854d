"""The result of a run and its writers: each is a function of the result and of nothing else."""
