"""A stand-in for Discord: its REST API, its rooms, and the interactions that it sends."""
