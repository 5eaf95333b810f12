"""The world in memory: what the tests run Parley against."""
