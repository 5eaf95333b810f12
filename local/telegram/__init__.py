"""A stand-in for Telegram: its Bot API, its chats, and the updates that it sends."""
