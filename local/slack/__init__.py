"""A stand-in for Slack: its Web API with its limits, a small workspace, the sender of its webhooks, and a page."""
