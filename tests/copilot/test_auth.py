"""Who may come in: tokens of the machine's own issuer, and of an OIDC issuer by its JWKS."""

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from copilot import auth
from copilot.auth import ROLES, Authenticator, AuthError, Principal, issue, token_from
from copilot.settings import Settings, SettingsError, load

# ---- this machine's own issuer


@pytest.mark.parametrize("role", ROLES)
def test_a_token_holds_for_its_role_and_tenant(tmp_path: Path, role: str) -> None:
    settings = load(data=tmp_path)
    door = Authenticator.open(settings)
    assert door.authenticate(issue(settings, role, "a-1", "north")) == Principal(
        "a-1", role, "north"
    )
    assert door.authenticate(issue(settings, role, "a-1")).tenant == "default"
    assert (tmp_path / "issuer.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["issuer.json"]


def test_a_key_outlives_the_process_and_its_public_half_is_shown(tmp_path: Path) -> None:
    settings = load(data=tmp_path)
    token = issue(settings, "agent", "a-1")
    door = Authenticator.open(settings)
    assert door.authenticate(token).subject == "a-1"
    (shown,) = door.public_keys()["keys"]
    assert "d" not in shown
    assert jwt.decode(token, ECKey.import_key(shown)).claims["sub"] == "a-1"


@pytest.mark.parametrize(
    "change", ["forged", "expired", "other key", "nonsense", "empty", "unsigned", "long"]
)
def test_a_token_that_does_not_hold_is_refused(tmp_path: Path, change: str) -> None:
    settings, other = load(data=tmp_path / "a"), load(data=tmp_path / "b")
    token = issue(settings, "agent", "a-1", hours=-1 if change == "expired" else 1)
    head, body, signature = token.split(".")
    token = {
        "forged": f"{head}.{body[:-4]}AAAA.{signature}",
        "expired": token,
        "other key": issue(other, "agent", "a-1"),
        "nonsense": "nonsense",
        "empty": "",
        # {"alg":"none"}: RFC 8725, 3.2
        "unsigned": f"eyJhbGciOiJub25lIn0.{body}.",
        "long": "A" * 100_000,
    }[change]
    with pytest.raises(AuthError) as refused:
        Authenticator.open(settings).authenticate(token)
    assert not token or token not in str(refused.value)


@pytest.mark.parametrize(
    "claims",
    [{"role": "king"}, {"role": ["agent"]}, {"role": None}, {"exp": None}, {"exp": "soon"},
     {"sub": None}, {"iss": "elsewhere"}],
)  # fmt: skip
def test_claims_that_do_not_hold_are_refused(tmp_path: Path, claims: dict[str, Any]) -> None:
    settings = load(data=tmp_path)
    door = Authenticator.open(settings)
    key = ECKey.import_key(json.loads((tmp_path / "issuer.json").read_text()))
    whole = {"iss": "copilot-embedded", "sub": "a-1", "role": "agent", "exp": int(time.time()) + 60}
    given = {name: value for name, value in {**whole, **claims}.items() if value is not None}
    with pytest.raises(AuthError):
        door.authenticate(jwt.encode({"alg": "ES256", "kid": key.kid}, given, key))
    held = jwt.encode({"alg": "ES256", "kid": key.kid}, whole, key)
    assert door.authenticate(held).role == "agent"


def test_the_public_key_is_no_shared_secret(tmp_path: Path) -> None:
    settings = load(data=tmp_path)
    door = Authenticator.open(settings)
    public = door.public_keys()["keys"][0]
    claims = {"iss": "copilot-embedded", "sub": "a", "role": "admin", "exp": int(time.time()) + 60}
    key = OctKey.import_key(json.dumps(public).encode())
    with pytest.raises(AuthError):
        door.authenticate(jwt.encode({"alg": "HS256", "kid": public["kid"]}, claims, key))


def test_unknown_roles_are_not_issued(tmp_path: Path) -> None:
    with pytest.raises(AuthError, match="known are"):
        issue(load(data=tmp_path), "king", "a-1")


def test_the_audience_is_checked_where_one_is_set(tmp_path: Path) -> None:
    settings = load(data=tmp_path, auth_audience="copilot")
    door = Authenticator.open(settings)
    assert door.authenticate(issue(settings, "agent", "a-1")).subject == "a-1"
    with pytest.raises(AuthError):
        door.authenticate(issue(load(data=tmp_path), "agent", "a-1"))


def test_several_at_once_make_one_key(tmp_path: Path) -> None:
    settings = load(data=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda n: issue(settings, "agent", f"a-{n}"), range(8)))
    door = Authenticator.open(settings)
    assert {door.authenticate(token).subject for token in tokens} == {f"a-{n}" for n in range(8)}


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"kty": "EC"}', '"text"'])
def test_a_key_file_that_holds_none_is_one_clear_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "issuer.json").write_text(content)
    with pytest.raises(SettingsError, match="holds no key") as error:
        Authenticator.open(load(data=tmp_path))
    assert "\n" not in str(error.value)
    assert (tmp_path / "issuer.json").read_text() == content


def test_a_folder_that_cannot_hold_the_key_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"issuer\.json") as error:
        issue(load(data=tmp_path / "file" / "data"), "agent", "a-1")
    assert "\n" not in str(error.value)


# ---- an OIDC issuer


@dataclass
class Issuer:
    """An OIDC issuer's JWKS endpoint on the loopback, and its keys."""

    url: str = ""
    keys: list[ECKey | RSAKey] = field(default_factory=list)
    asked: int = 0
    status: int = 200

    def new_key(self) -> ECKey:
        self.keys.append(ECKey.generate_key("P-256", auto_kid=True))
        return self.keys[-1]  # type: ignore[return-value]

    def token(self, key: ECKey | RSAKey, **claims: Any) -> str:
        whole = {"iss": "https://login.example", "aud": "copilot", "sub": "u-1", "role": "agent",
                 "exp": int(time.time()) + 60} | claims  # fmt: skip
        alg = "RS256" if isinstance(key, RSAKey) else "ES256"
        return jwt.encode({"alg": alg, "kid": key.kid}, whole, key)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [k.as_dict(private=False) for k in found.keys]}).encode())  # fmt: skip

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/jwks"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr(auth.time, "monotonic", lambda: now[0])
    return now


def oidc(issuer: Issuer, tmp_path: Path) -> Settings:
    return load(data=tmp_path, auth_jwks_url=issuer.url, auth_issuer="https://login.example", auth_audience="copilot")  # fmt: skip


def test_the_issuers_tokens_hold_and_its_keys_are_kept(issuer: Issuer, tmp_path: Path) -> None:
    key, other = issuer.new_key(), RSAKey.generate_key(2048, auto_kid=True)
    issuer.keys.append(other)
    door = Authenticator.open(oidc(issuer, tmp_path))
    for _ in range(3):
        assert door.authenticate(issuer.token(key, tenant="north")).tenant == "north"
        assert door.authenticate(issuer.token(other)).subject == "u-1"
    assert issuer.asked == 1
    assert door.public_keys() == {"keys": []}
    assert not (tmp_path / "issuer.json").exists()


@pytest.mark.parametrize(
    "claims",
    [{"aud": "another program"}, {"iss": "https://elsewhere.example"}, {"exp": 1_000}, {"role": ""}],
)  # fmt: skip
def test_tokens_meant_for_others_are_refused(
    issuer: Issuer, tmp_path: Path, claims: dict[str, Any]
) -> None:
    door = Authenticator.open(oidc(issuer, tmp_path))
    key = issuer.new_key()
    with pytest.raises(AuthError):
        door.authenticate(issuer.token(key, **claims))
    assert door.authenticate(issuer.token(key)).role == "agent"


@pytest.mark.parametrize("missing", ["auth_issuer", "auth_audience"])
def test_a_jwks_needs_an_issuer_and_an_audience(
    issuer: Issuer, tmp_path: Path, missing: str
) -> None:
    settings = oidc(issuer, tmp_path).model_copy(update={missing: None})
    with pytest.raises(SettingsError, match="COPILOT_AUTH_ISSUER and COPILOT_AUTH_AUDIENCE"):
        Authenticator.open(settings)


def test_a_new_key_is_fetched_but_not_at_every_forgery(
    issuer: Issuer, tmp_path: Path, clock: list[float]
) -> None:
    door = Authenticator.open(oidc(issuer, tmp_path))
    assert door.authenticate(issuer.token(issuer.new_key()))
    clock[0] += 61
    new = issuer.new_key()
    assert door.authenticate(issuer.token(new)).subject == "u-1"
    assert issuer.asked == 2
    forged = issuer.token(ECKey.generate_key("P-256", auto_kid=True))
    for _ in range(5):
        with pytest.raises(AuthError):
            door.authenticate(forged)
    assert issuer.asked == 2


def test_a_key_that_was_taken_back_stops_to_hold(
    issuer: Issuer, tmp_path: Path, clock: list[float]
) -> None:
    key = issuer.new_key()
    door = Authenticator.open(oidc(issuer, tmp_path))
    token = issuer.token(key)
    assert door.authenticate(token)
    issuer.keys.clear()
    issuer.new_key()
    clock[0] += 601
    with pytest.raises(AuthError):
        door.authenticate(token)


def test_known_keys_hold_on_while_the_issuer_is_away(
    issuer: Issuer, tmp_path: Path, clock: list[float]
) -> None:
    key = issuer.new_key()
    issuer.status = 503
    door = Authenticator.open(oidc(issuer, tmp_path))
    for _ in range(3):
        with pytest.raises(AuthError):
            door.authenticate(issuer.token(key))
    assert issuer.asked == 1  # an issuer that is down is not asked at every try
    issuer.status = 200
    clock[0] += 6
    assert door.authenticate(issuer.token(key))
    issuer.status = 503
    clock[0] += 601
    assert door.authenticate(issuer.token(key))


def test_those_who_come_at_once_ask_once_and_all_come_in(issuer: Issuer, tmp_path: Path) -> None:
    door, token = Authenticator.open(oidc(issuer, tmp_path)), issuer.token(issuer.new_key())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: door.authenticate(token).subject, range(16)))
    assert found == ["u-1"] * 16
    assert issuer.asked == 1


# ---- where a token is found


@pytest.mark.parametrize(
    ("headers", "subprotocols", "found"),
    [
        ({"authorization": "Bearer T"}, [], ("T", None)),
        ({"authorization": "bearer  T "}, [], ("T", None)),
        ({"authorization": "Basic T"}, [], (None, None)),
        ({"authorization": "Bearer "}, [], (None, None)),
        ({}, ["chat", "bearer.a.b.c"], ("a.b.c", "bearer.a.b.c")),
        ({"authorization": "Bearer T"}, ["bearer.U"], ("T", None)),
        ({}, [], (None, None)),
    ],
)
def test_where_a_token_is_found(
    headers: dict[str, str], subprotocols: list[str], found: tuple[str | None, str | None]
) -> None:
    assert token_from(headers, subprotocols) == found


def test_a_leftover_of_a_crash_does_not_stop_the_next_start(tmp_path: Path) -> None:
    (tmp_path / f"issuer.{os.getpid()}").write_text("")
    (tmp_path / ".issuer-abc").write_text("")
    assert issue(load(data=tmp_path), "agent", "a-1")
