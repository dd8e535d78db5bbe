"""The pictures of the README, of real runs."""
