"""An OIDC issuer for the tests, on loopback: its configuration, its keys, and tokens signed with them, or forged."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from emulator import clock, loopback
from emulator.ministack import ACCOUNT

AUDIENCE = "stratoscope"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Issuer:
    """An issuer with three keys, one for each accepted algorithm; the algorithm's name is the key's id."""

    url = ""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.ed = ed25519.Ed25519PrivateKey.generate()

    def keys(self) -> list[dict[str, str]]:
        modulus, point = self.rsa.public_key().public_numbers(), self.ec.public_key().public_numbers()
        ed = self.ed.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        x, y = (_encoded(value.to_bytes(32, "big")) for value in (point.x, point.y))
        return [
            {"kid": "RS256", "alg": "RS256", "use": "sig", "kty": "RSA", "n": _number(modulus.n), "e": _number(modulus.e)},
            {"kid": "ES256", "alg": "ES256", "use": "sig", "kty": "EC", "crv": "P-256", "x": x, "y": y},
            {"kid": "EdDSA", "alg": "EdDSA", "use": "sig", "kty": "OKP", "crv": "Ed25519", "x": _encoded(ed)},
        ]

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Returns valid claims, for a token that may read the costs of the home account."""
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.url, "aud": AUDIENCE, "sub": "ops@example.com", "iat": now, "nbf": now, "exp": now + 600,
            "scope": "openid costs:read", "accounts": [ACCOUNT],
        } | changed  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, claims: dict[str, Any], algorithm: str = "ES256", kid: str | None = None) -> str:
        """Returns a token signed with `algorithm`; `none` means unsigned, `HS256` uses the RSA public key as secret."""
        header = {"typ": "JWT", "alg": algorithm, "kid": kid or algorithm}
        text = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{_encoded(self._signature(algorithm, text.encode()))}"

    def _signature(self, algorithm: str, text: bytes) -> bytes:
        if algorithm == "RS256":
            return self.rsa.sign(text, padding.PKCS1v15(), hashes.SHA256())
        if algorithm == "ES256":
            parts = utils.decode_dss_signature(self.ec.sign(text, ec.ECDSA(hashes.SHA256())))
            return b"".join(part.to_bytes(32, "big") for part in parts)
        if algorithm == "EdDSA":
            return self.ed.sign(text)
        if algorithm == "HS256":
            public = self.rsa.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return hmac.new(public, text, hashlib.sha256).digest()
        return b""


@contextlib.contextmanager
def running() -> Iterator[Issuer]:
    """Serves an issuer on loopback."""
    issuer = Issuer()

    class Handler(loopback.Handler):
        def do_GET(self) -> None:
            documents = {
                "/.well-known/openid-configuration": {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"},
                "/keys": {"keys": issuer.keys()},
            }
            status = 200 if self.path in documents else 404
            self.answer(status, "application/json", json.dumps(documents.get(self.path, {})).encode())

    with loopback.serving(Handler) as issuer.url:
        yield issuer
