"""What an operator does from a terminal: `python -m parley.command`."""
