"""Real bounces and automatic answers."""

from rung.channels.email.reading import read
from rung.core.vocabulary import Automatic
from tests.recorded.place import MAIL


def test_real_bounces_and_auto_replies_are_known_as_such() -> None:
    verdicts = [read(path.read_bytes()) for path in sorted((MAIL / "sisimai").glob("bsd/lhost-postfix-*.eml"))[:40]]
    assert verdicts
    assert {mail.automatic for mail in verdicts} <= {Automatic.BOUNCE}
    assert read((MAIL / "sisimai" / "bsd/rfc3834-02.eml").read_bytes()).automatic is Automatic.OUT_OF_OFFICE
