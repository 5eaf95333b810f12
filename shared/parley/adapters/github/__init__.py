"""GitHub, and whatever speaks its REST API: where changes become pull requests."""
