"""How a process that runs user code reaches the rest of the house.

``link`` asks for data (XComs, variables, connections, states), ``access`` puts that behind ``Variable`` and
``Connection``, ``uplink`` keeps a connection to the scheduler, ``logs`` writes the log of one try.
"""
