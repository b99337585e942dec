"""Keys of Coinbase's Developer Platform and the token that signs one request.

A request carries `Authorization: Bearer <JWT>`, signed with ES256 (secret: a PEM of an EC key) or EdDSA (secret: base64 of
seed and public key, 88 characters). The token names the key (`sub`, and `kid` in its header), lives at most two minutes,
and is bound to `METHOD host/path` without the query: in `uri`, or in the list `uris`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LIFETIME = 120
LEEWAY = 5
"""Seconds by which the token's clock may run ahead of the server's."""


class TokenRefused(Exception):
    """Why a token does not open the door; Coinbase itself says only `Unauthorized`."""


class TokenStale(TokenRefused):
    """The token's time is over, or has not come: the caller's clock is wrong."""


def new_credentials(name: str, seed: int, algorithm: str = "ES256") -> dict[str, str]:
    """The same name and seed give the same key, in ccxt's words (`apiKey`, `secret`)."""
    digest = hashlib.sha256(f"coinbase/{name}/{seed}".encode()).digest()
    key_id = f"organizations/{_uuid(digest, b'org')}/apiKeys/{_uuid(digest, b'key')}"
    if algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.from_private_bytes(digest)
        return {"apiKey": _uuid(digest, b"key"), "secret": base64.b64encode(digest + _raw_public(private)).decode()}
    scalar = int.from_bytes(digest, "big") % (2**255) + 1
    pem = ec.derive_private_key(scalar, ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return {"apiKey": key_id, "secret": pem.decode()}


def claimed_key(authorization: str | None) -> str | None:
    """The key id a token claims to be signed by; nothing is proven yet. None: no token, or no readable one."""
    if not authorization or not authorization.startswith("Bearer "):
        return None
    try:
        _, claims, _, _ = _parts(authorization.removeprefix("Bearer "))
    except TokenRefused:
        return None
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else None


def check_token(token: str, credentials: Mapping[str, str], method: str, host_and_path: str, now: float) -> None:
    """Raise TokenRefused unless this key signed this token for this request, within the last two minutes."""
    header, claims, signed, signature = _parts(token)
    if header.get("kid") != credentials["apiKey"] or claims.get("sub") != credentials["apiKey"]:
        raise TokenRefused("another key")
    _check_signature(str(header.get("alg")), credentials["secret"], signed, signature)
    bound = claims.get("uris") or [claims.get("uri")]
    if f"{method} {host_and_path}" not in bound:
        raise TokenRefused("made for another request")
    starts, ends = claims.get("nbf"), claims.get("exp")
    if not isinstance(starts, int) or not isinstance(ends, int) or ends - starts > LIFETIME:
        raise TokenRefused("lives longer than two minutes")
    if not starts - LEEWAY <= now < ends:
        raise TokenStale("its time is over or has not come")


def _check_signature(algorithm: str, secret: str, signed: bytes, signature: bytes) -> None:
    private: Any
    try:
        if secret.startswith("-----BEGIN") and algorithm == "ES256" and len(signature) == 64:
            private = serialization.load_pem_private_key(secret.encode(), password=None)
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            private.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
            return
        if not secret.startswith("-----BEGIN") and algorithm == "EdDSA":
            private = ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret)[:32])
            private.public_key().verify(signature, signed)
            return
    except InvalidSignature as wrong:
        raise TokenRefused("wrong signature") from wrong
    raise TokenRefused(f"a key of another kind than {algorithm}")


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    try:
        header, claims, signature = token.split(".")
        return json.loads(_unbase64(header)), json.loads(_unbase64(claims)), f"{header}.{claims}".encode(), _unbase64(signature)
    except (ValueError, binascii.Error) as broken:
        raise TokenRefused("not a token") from broken


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _raw_public(private: ed25519.Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _uuid(digest: bytes, what: bytes) -> str:
    text = hashlib.sha256(digest + what).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"
