"""Delivery contexts: what a notification left behind for the first reply to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """Stored under the target it was posted to; used once, and void after `expires_at` (ms)."""

    target: str
    created_at: int
    expires_at: int
    trigger: str = ""
    status: str = ""
    summary: str = ""
    check_output: str = ""

    def counts_for(self, message_accepted_at: int) -> bool:
        """Only a context older than the message was seen by the person who wrote it."""
        return self.created_at <= message_accepted_at <= self.expires_at

    def wrap(self, text: str) -> str:
        lines = ["The user is replying to a previous notification.", "", "--- Watch Context ---"]
        fields = {
            "Trigger": self.trigger,
            "Status": self.status,
            "Summary": self.summary,
            "Check output": self.check_output,
        }
        lines += [f"{label}: {value}" for label, value in fields.items() if value]
        lines += ["---", "", f"User message: {text}"]
        return "\n".join(lines)
