"""What a reviewer can do: apart, since commands need it, and they are on every cold start."""

from enum import StrEnum


class Ruling(StrEnum):
    APPLY = "apply"
    REJECT = "reject"
    REVISE = "revise"
