print("LEAKED usercustomize")
