"""Who may come in: bearer tokens of this machine's own issuer, or of an OIDC issuer by its JWKS."""

import json
import os
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from copilot.settings import Settings, SettingsError

_log = structlog.get_logger(__name__)
Role = Literal[
    "source", "agent", "supervisor", "clinician", "admin", "reviewer", "author",
    "clinical_approver", "compliance_approver", "privacy_officer", "brand_reviewer",
]  # fmt: skip
"""The last four sign off what the packs, and the passages, name them as approvers of."""
ROLES: tuple[str, ...] = get_args(Role)
ALGORITHMS = ["ES256", "RS256", "PS256", "ES384"]
OWN_ISSUER = "copilot-embedded"
_REFRESH_SECONDS = 60.0
"""The least time between two looks at a JWKS for a key that is not known."""
_RETRY_SECONDS = 5.0
"""The same while no key is known at all."""
_KEYS_HOLD_SECONDS = 600.0
"""After this the JWKS is read again, so that a key the issuer took back stops to hold."""


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
        self._asked = -_KEYS_HOLD_SECONDS
        self._asking = threading.Lock()

    @staticmethod
    def open(settings: Settings) -> "Authenticator":
        """An authenticator; its own key is made at first use where no JWKS is configured.

        Raises:
            SettingsError: a JWKS without issuer and audience, which would let in whoever else
                holds a token of that issuer (RFC 8725, 3.8 and 3.9); or the key's file fails.
        """
        if not settings.auth_jwks_url:
            return Authenticator(settings, KeySet([_own_key(settings.data)]))
        if not (settings.auth_issuer and settings.auth_audience):
            raise SettingsError(
                "COPILOT_AUTH_JWKS_URL needs COPILOT_AUTH_ISSUER and COPILOT_AUTH_AUDIENCE too"
            )
        return Authenticator(settings, KeySet([]))

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
        self._refresh(_KEYS_HOLD_SECONDS)
        known = self._keys
        try:
            return jwt.decode(token, known, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            self._refresh(_REFRESH_SECONDS if known.keys else _RETRY_SECONDS)
            if self._keys is known:
                raise
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    def _refresh(self, older_than: float) -> None:
        """Reads the issuer's keys again if that is long enough ago; keeps the old ones if it fails.

        One thread asks; the others wait for its answer.
        """
        url = self._settings.auth_jwks_url
        if not url:
            return
        with self._asking:
            if time.monotonic() - self._asked < older_than:
                return
            try:
                answer = httpx.get(url, timeout=5).raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
            except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError):
                _log.warning("issuer's keys not read", code="jwks_unavailable")
            self._asked = time.monotonic()


def issue(
    settings: Settings, role: str, subject: str, tenant: str = "default", hours: float = 12
) -> str:
    """A token signed by this machine's own issuer.

    Raises:
        AuthError: the role is unknown.
        SettingsError: the issuer's key can be neither read nor made.
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
    try:
        if not path.exists():
            _make_key(path)
        return ECKey.import_key(json.loads(path.read_text()))
    except OSError as error:
        raise SettingsError(f"the issuer's key {path}: {error.strerror}") from None
    except (JoseError, ValueError, KeyError, TypeError):
        raise SettingsError(
            f"{path} holds no key; restore it, or remove it and issue every token anew"
        ) from None


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = ECKey.generate_key("P-256", auto_kid=True)
    descriptor, fresh = tempfile.mkstemp(prefix=".issuer-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(made.as_dict(private=True), file)
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)  # whole or not at all
    except FileExistsError:
        pass  # another process was first; its key stands
    finally:
        os.unlink(fresh)
