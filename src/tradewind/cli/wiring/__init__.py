"""How each process is put together: concrete classes, given to one another. Part of the composition root."""
