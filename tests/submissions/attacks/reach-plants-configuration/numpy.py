print("LEAKED numpy")
