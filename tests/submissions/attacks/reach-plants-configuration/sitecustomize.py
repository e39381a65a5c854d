print("LEAKED sitecustomize")
