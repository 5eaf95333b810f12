"""What the demo plays: scenarios with their checks, and the timed messages."""
