"""Slack: verify, parse, render, client.

The webhook imports `webhook` with what it reads by (`parse`: `events`, `interactions`, `commands`),
and nothing of the client's half (`client`: `posting`, `prompts`, `files`, `status`, `responding` on
`web_api` and `transport`).
"""
