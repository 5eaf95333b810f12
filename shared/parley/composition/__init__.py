"""The composition root: where ports meet adapters. One module for each kind of function, so that a
webhook imports nothing that only a task needs."""
