"""Asks an implementation the probes' questions: what comes back is an observation."""
