print("LEAKED conftest")
raise SystemExit(0)
