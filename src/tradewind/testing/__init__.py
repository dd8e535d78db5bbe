"""What tests, simulations and ``dag.test()`` are made of: clocks, factories, a world without processes."""
