"""Whether a port can be listened on."""

import errno
import socket
import sys


def refuse_taken(host: str, port: int, option: str) -> None:
    """End with a sentence where the port is in use, or the address is not of this machine. `option` chooses another."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if isinstance(problem, socket.gaierror) or problem.errno == errno.EADDRNOTAVAIL:
                sys.exit(f"{host} is no address of this machine; choose another with --host.")
            sys.exit(f"Port {port} of {host} cannot be used ({problem.strerror}); choose another with {option}.")
