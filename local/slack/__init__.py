"""A stand-in for Slack: its Web API with its limits, a workspace, its webhooks, and a page."""
