"""What keeps us from a mail server, in one sentence that says what to mend."""

import socket
import ssl

from rung.core.sentences import say


def of_connection(failed: Exception, host: str, port: int) -> str:
    """Why there is no connection."""
    place = f"{host}:{port}"
    match failed:
        case socket.gaierror():
            return say("No server is called %(host)s; is the name spelt right?", host=host)
        case ssl.SSLCertVerificationError():
            return say(
                "The certificate of %(place)s is not trusted: %(said)s.",
                place=place,
                said=failed.verify_message.rstrip("."),
            )
        case ssl.SSLError():
            return say("%(place)s does not speak TLS like this; try another security or port.", place=place)
        case ConnectionRefusedError():
            return say("Nothing listens at %(place)s; is the port right?", place=place)
        case TimeoutError():
            return say("%(place)s does not answer; is the port right, does a firewall stand between?", place=place)
        case _:
            return say("%(place)s cannot be used: %(said)s", place=place, said=str(failed) or type(failed).__name__)
