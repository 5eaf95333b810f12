import socket

from local.ports import loopback_port


def test_preferred_port_is_taken_when_it_is_free() -> None:
    port = loopback_port()
    assert loopback_port(port) == port


def test_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert loopback_port(port) not in (0, port)
