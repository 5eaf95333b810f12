"""Ports on loopback: the preferred one when it is free, any other when it is not."""

import socket


def loopback_port(preferred: int | None = None) -> int:
    """A port nobody listens on; one that is preferred but taken is passed over."""
    if preferred and _bindable(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
