"""What keeps us from a mail server, in one sentence that says what to mend."""

import socket
import ssl

from rung.channels.email.sentences import Said
from rung.outbox.sentences import Sentence


def of_connection(failed: Exception, host: str, port: int) -> Sentence:
    """Why there is no connection."""
    place = f"{host}:{port}"
    match failed:
        case socket.gaierror():
            return Said.NO_SERVER(host=host)
        case ssl.SSLCertVerificationError():
            return Said.CERTIFICATE(place=place, said=failed.verify_message.rstrip("."))
        case ssl.SSLError():
            return Said.NO_TLS(place=place)
        case ConnectionRefusedError():
            return Said.NOBODY_LISTENS(place=place)
        case TimeoutError():
            return Said.SILENT(place=place)
        case _:
            return Said.UNUSABLE(place=place, said=str(failed) or type(failed).__name__)
