"""Directories people sign in with, on ports of their own: an OpenID Connect provider and a SAML identity provider."""

import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import saml2.sigver
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from oidc_provider_mock import User, run_server_in_thread
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server

REDIRECT = BINDING_HTTP_REDIRECT


@contextmanager
def oidc(*people: dict[str, Any]) -> Iterator[str]:
    """The issuer's address. `people`: their claims, such as {"sub": "1", "email": …, "email_verified": True}."""
    users = [User(sub=claims["sub"], claims={k: v for k, v in claims.items() if k != "sub"}) for claims in people]
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


class Saml:
    """An identity provider of pysaml2, which xmlsec signs for. Whoever asks is `subject` with `attributes`."""

    def __init__(self) -> None:
        self.key, self.certificate = _key_and_certificate()
        self.subject = "person-1"
        self.attributes: dict[str, list[str]] = {}
        self.audience = ""  # another desk than the one that asks
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://localhost:{self.http.server_port}"
        self.entity_id = f"{self.address}/metadata"

    def metadata(self) -> str:
        body = "".join(self.certificate.splitlines()[1:-1])
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{self.entity_id}">
          <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
            <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
              <ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
            <md:SingleSignOnService Binding="{BINDING_HTTP_REDIRECT}" Location="{self.address}/sso"/>
          </md:IDPSSODescriptor></md:EntityDescriptor>"""

    def knows(self, sp_metadata: str) -> None:
        """Learn of the desk by its metadata."""
        config = IdPConfig()
        config.load(
            {
                "entityid": self.entity_id,
                "xmlsec_binary": "/bin/true",  # never run: signing is `_sign`'s
                "metadata": {"inline": [sp_metadata]},
                "service": {
                    "idp": {
                        "endpoints": {"single_sign_on_service": [(f"{self.address}/sso", BINDING_HTTP_REDIRECT)]},
                        "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": _BASIC}},
                    }
                },
            }
        )
        self.server = Server(config=config)

    def answer(self, request: str) -> tuple[str, str]:
        """(where to post it, the signed response) to a SAMLRequest."""
        asked = self.server.parse_authn_request(request, BINDING_HTTP_REDIRECT)
        arguments = self.server.response_args(asked.message, [BINDING_HTTP_POST])
        response = self.server.create_authn_response(
            self.attributes,
            userid=self.subject,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=self.subject),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": self.entity_id},
            sign_assertion=False,
            sign_response=False,
            **{k: arguments[k] for k in ("in_response_to", "destination", "sp_entity_id")},
        )
        said = str(response)
        if self.audience:
            said = re.sub(r"(<(?:\w+:)?Audience>)[^<]+", rf"\g<1>{self.audience}", said)
        return arguments["destination"], base64.b64encode(self._sign(said)).decode()

    def _sign(self, response: str) -> bytes:
        tree = etree.fromstring(response.encode())
        assertion = tree.find(".//{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
        assert assertion is not None
        signature = xmlsec.template.create(assertion, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256)
        assertion.insert(1, signature)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{assertion.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
        xmlsec.tree.add_ids(assertion, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.key, xmlsec.KeyFormat.PEM)
        context.key.load_cert_from_memory(self.certificate, xmlsec.KeyFormat.PEM)
        context.sign(signature)
        return bytes(etree.tostring(tree))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                place, response = outer.answer(query["SAMLRequest"][0])
                relay = query.get("RelayState", [""])[0]
                page = (
                    f'<form method="post" action="{place}"><input name="SAMLResponse" value="{response}">'
                    f'<input name="RelayState" value="{relay}"><button>Go on</button></form>'
                )
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler


_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


@contextmanager
def saml() -> Iterator[Saml]:
    """A SAML identity provider that is listening."""
    provider = Saml()
    thread = threading.Thread(target=provider.http.serve_forever, daemon=True)
    thread.start()
    yield provider
    provider.http.shutdown()
    provider.http.server_close()
    thread.join()


def _key_and_certificate() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


saml2.sigver.get_xmlsec_binary = lambda *_paths: "/bin/true"
