print("LEAKED json")
