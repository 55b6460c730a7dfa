"""What a second factor rests on is kept sealed: a copy of the database alone lets nobody in."""

from allauth.mfa.adapter import DefaultMFAAdapter

from rung.people import vault


class Sealed(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals the secrets of authenticator apps and recovery codes with the desk's own key."""

    def encrypt(self, text: str) -> str:
        """What may be stored."""
        return vault.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; one that was stored before there was a seal is taken as it is."""
        try:
            return vault.unseal(encrypted_text)
        except vault.VaultProblem:
            return encrypted_text
