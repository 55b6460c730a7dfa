"""A passkey in somebody's pocket: what a browser would send to the desk, signed as a device signs it."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG


@dataclass
class Passkey:
    """One credential. `counter` goes up by one with each use unless it is 0, as with those a phone keeps in step."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    counter: int = 0
    verifies: bool = True  # asks for a finger or a PIN
    identifier: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    owner: str = ""

    def registers(self, options: dict[str, Any]) -> str:
        """The answer to the options of a registration, as the form's `credential`."""
        asked = options["publicKey"]
        self.owner = asked["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.identifier, public)
        data = self._data(FLAG.AT, credential)
        told = self._client("webauthn.create", asked["challenge"])
        response = {
            "clientDataJSON": websafe_encode(told),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        return self._said(response, clientExtensionResults={"credProps": {"rk": True}})

    def signs(self, options: dict[str, Any], **more: Any) -> str:
        """The answer to the options of a sign-in. `more` takes the place of what it would say by itself."""
        self.counter += 1 if self.counter else 0
        data = self._data()
        told = self._client("webauthn.get", options["publicKey"]["challenge"])
        signature = self.key.sign(bytes(data) + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(told),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
            "userHandle": self.owner,
        }
        return self._said(response | more, clientExtensionResults={})

    def _data(self, flags: FLAG = FLAG.UP, credential: bytes = b"") -> AuthenticatorData:
        flags |= FLAG.UP | (FLAG.UV if self.verifies else FLAG.UP)
        return AuthenticatorData.create(hashlib.sha256(self.rp_id.encode()).digest(), flags, self.counter, credential)

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(type=kind, challenge=challenge, origin=self.origin)

    def _said(self, response: dict[str, Any], **more: Any) -> str:
        name = websafe_encode(self.identifier)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response, **more})
