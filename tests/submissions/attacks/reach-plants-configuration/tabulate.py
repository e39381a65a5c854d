print("LEAKED tabulate")
