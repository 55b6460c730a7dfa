"""Whose mail domain is whose: each is one customer's, and what everybody can have an address at is nobody's."""

import re
from collections.abc import Iterable

from rung.people.models import Customer

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
#: Where anybody has an address.
EVERYBODYS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "passport.com"),
        *("outlook.de", "outlook.fr", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "hotmail.it", "live.co.uk"),
        *("yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk", "yahoo.co.jp", "yahoo.co.in", "yahoo.com.br"),
        *("ymail.com", "rocketmail.com", "icloud.com", "me.com", "mac.com", "aol.com", "aim.com", "mail.com"),
        *("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de", "t-online.de", "freenet.de", "arcor.de"),
        *("posteo.de", "mailbox.org", "proton.me", "protonmail.com", "pm.me", "tutanota.com", "tuta.io", "hey.com"),
        *("fastmail.com", "zoho.com", "zohomail.com", "yandex.ru", "yandex.com", "mail.ru", "bk.ru", "inbox.ru"),
        *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "libero.it", "virgilio.it", "tiscali.it"),
        *("bluewin.ch", "btinternet.com", "sky.com", "talktalk.net", "comcast.net", "verizon.net", "att.net"),
        *("cox.net", "charter.net", "qq.com", "163.com", "126.com", "sina.com", "naver.com", "daum.net"),
        *("seznam.cz", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "uol.com.br", "bol.com.br", "rediffmail.com"),
    }
)


class NotTheirs(Exception):
    """A domain that cannot be this customer's. `holder`: whose it is; None: everybody's, or `is_domain` is False."""

    def __init__(self, domain: str, *, is_domain: bool = True, holder: str | None = None) -> None:
        if holder is not None:
            said = f'"{domain}" is {holder}\'s already'
        elif is_domain:
            said = f'"{domain}" is everybody\'s; it cannot say whose request it is'
        else:
            said = f'"{domain}" is no mail domain; they read like acme.example'
        super().__init__(said)
        self.domain, self.is_domain, self.holder = domain, is_domain, holder


def tidied(domain: str) -> str:
    """As domains are kept: in lower case, without what people write around them."""
    return domain.strip().lower().removeprefix("@").rstrip(".")


def may_have(domains: Iterable[str], customer: Customer | None) -> list[str]:
    """These domains as they are kept, each once, if all of them can be this customer's (None: a new one). Raises
    NotTheirs."""
    kept = list(dict.fromkeys(tidied(domain) for domain in domains))
    for domain in kept:
        if not DOMAIN.fullmatch(domain):
            raise NotTheirs(domain[:80], is_domain=False)
        if domain in EVERYBODYS:
            raise NotTheirs(domain)
        others = Customer.objects.filter(domains__contains=[domain])
        other = (others.exclude(pk=customer.pk) if customer else others).first()
        if other is not None:
            raise NotTheirs(domain, holder=other.name)
    return kept


def holder_of(domain: str) -> Customer | None:
    """The customer a domain belongs to. Nobody has what is everybody's, whatever older rows say."""
    domain = tidied(domain)
    if not domain or domain in EVERYBODYS or "\x00" in domain:
        return None
    return Customer.objects.filter(domains__contains=[domain]).first()
