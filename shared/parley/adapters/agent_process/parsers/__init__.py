"""What agents without ACP say, line by line."""
