"""Floors for the demo's timings: the same places with nothing in them."""
