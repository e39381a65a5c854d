print("LEAKED _pytest")
