raise RuntimeError("The till cannot be found. <b>Was it moved?</b>")
