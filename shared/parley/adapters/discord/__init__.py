"""Discord: verify, parse, render, client. The first two are all that the webhook imports."""
