"""What operators reach other systems with."""
