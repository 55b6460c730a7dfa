"""Secrets the desk must be able to say again, such as tokens for other systems: sealed with the desk's own key."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class VaultProblem(Exception):
    """A secret cannot be read with this desk's key."""


def seal(secret: str) -> str:
    """What may be stored. An empty secret stays empty."""
    return _vault().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret again. Raises VaultProblem if it was sealed with a key this desk does not have."""
    if not sealed:
        return ""
    try:
        return _vault().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise VaultProblem("A stored secret was sealed with another SECRET_KEY; connect the system again.") from None


def _vault() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])
