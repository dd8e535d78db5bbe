"""What the scheduler does besides reacting: one ``run_once`` a file, each small and harmless to repeat."""
