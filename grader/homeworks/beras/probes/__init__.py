"""One module of probes for each module that students write."""
