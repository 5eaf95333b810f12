"""A stand-in for GitHub: pull requests over its REST API."""
