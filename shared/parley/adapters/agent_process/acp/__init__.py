"""A client of the Agent Client Protocol, version 1, over an agent's pipes."""
