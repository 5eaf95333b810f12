"""Closing a runner's process, with nothing imported beside: see the adapter."""

from parley.adapters.agent_process.hygiene import seal

__all__ = ["seal"]
