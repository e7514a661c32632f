"""Who may come in: bearer tokens of this machine's own issuer, or of an OIDC issuer by its JWKS."""

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from copilot.settings import Settings

Role = Literal["source", "agent", "supervisor", "admin", "reviewer", "author"]
ROLES: tuple[str, ...] = get_args(Role)
ALGORITHMS = ["ES256", "RS256", "PS256", "ES384"]
OWN_ISSUER = "copilot-embedded"
_REFRESH_SECONDS = 60.0


class AuthError(RuntimeError):
    """A token is missing or does not hold. Never contains the token."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for."""

    subject: str
    role: str
    tenant: str = "default"


class Authenticator:
    """Checks tokens."""

    def __init__(self, settings: Settings, keys: KeySet) -> None:
        self._settings = settings
        self._keys = keys
        self._fetched = 0.0

    @staticmethod
    def open(settings: Settings) -> "Authenticator":
        """An authenticator; its own key is made at first use where no JWKS is configured."""
        if settings.auth_jwks_url:
            return Authenticator(settings, KeySet([]))
        return Authenticator(settings, KeySet([_own_key(settings.data)]))

    def authenticate(self, token: str) -> Principal:
        """The principal of a token.

        Raises:
            AuthError: it is expired, from another issuer, for another audience or forged.
        """
        try:
            decoded = self._decode(token)
            options: dict[str, Any] = {"exp": {"essential": True}, "sub": {"essential": True}}
            issuer = self._settings.auth_issuer
            if not self._settings.auth_jwks_url:
                issuer = OWN_ISSUER
            if issuer:
                options["iss"] = {"essential": True, "value": issuer}
            if self._settings.auth_audience:
                options["aud"] = {"essential": True, "value": self._settings.auth_audience}
            jwt.JWTClaimsRegistry(leeway=30, **options).validate(decoded.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise AuthError(f"the token does not hold ({type(error).__name__})") from None
        role = decoded.claims.get("role")
        if role not in ROLES:
            raise AuthError("the token carries no known role")
        tenant = str(decoded.claims.get("tenant") or "default")
        return Principal(str(decoded.claims["sub"]), role, tenant)

    def public_keys(self) -> dict[str, Any]:
        """The embedded issuer's JWKS; no keys where another issuer is configured."""
        if self._settings.auth_jwks_url:
            return {"keys": []}
        return dict(self._keys.as_dict(private=False))

    def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if not self._refreshed():
                raise
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    def _refreshed(self) -> bool:
        """Asks the issuer for its keys again, at most once a minute."""
        url = self._settings.auth_jwks_url
        if not url or (time.monotonic() - self._fetched < _REFRESH_SECONDS and self._keys.keys):
            return False
        self._fetched = time.monotonic()
        try:
            answer = httpx.get(url, timeout=5).raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, ValueError, JoseError):
            return False
        return True


def issue(
    settings: Settings, role: str, subject: str, tenant: str = "default", hours: float = 12
) -> str:
    """A token signed by this machine's own issuer.

    Raises:
        AuthError: the role is unknown.
    """
    if role not in ROLES:
        raise AuthError(f"unknown role; known are {', '.join(ROLES)}")
    now = int(time.time())
    claims = {
        "iss": OWN_ISSUER,
        "sub": subject,
        "role": role,
        "tenant": tenant,
        "iat": now,
        "exp": now + int(hours * 3600),
    }
    if settings.auth_audience:
        claims["aud"] = settings.auth_audience
    key = _own_key(settings.data)
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


def token_from(
    headers: Mapping[str, str], subprotocols: Iterable[str]
) -> tuple[str | None, str | None]:
    """The token of a request, and the websocket subprotocol to accept if it came in one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip(), None
    for subprotocol in subprotocols:
        if subprotocol.startswith("bearer."):
            return subprotocol.removeprefix("bearer."), subprotocol
    return None, None


def _own_key(data: Path) -> ECKey:
    path = data / "issuer.json"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        made = ECKey.generate_key("P-256", auto_kid=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(made.as_dict(private=True), file)
        try:
            os.link(fresh, path)  # another process may have been first; its key stands
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return ECKey.import_key(json.loads(path.read_text()))
