"""Packs are signed off before they are in force, and the audit log tells what is."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError

from copilot.approvals import Approvals
from copilot.auth import AuthError, issue
from copilot.database import JournalError, open_database
from copilot.inputs import Started
from copilot.journal import Journal
from copilot.packs import load, pack_files
from copilot.settings import Settings, SettingsError
from copilot.settings import load as settings_of
from copilot.sign_off import sign_off
from guardrails.packs import PROTOCOLS, RULES, shipped
from guardrails.rules.errors import PackError
from guardrails.rules.pack import read_pack
from knowledge_base.embedding import MiniLm

PACK = """\
pack: own
version: 1
approver: compliance_approver
rules:
  - id: rude
    category: tone
    severity: notice
    title: Rude
    why: It is rude.
    says: [rude]
    examples: [rude, so rude, rude one, "rude, really", how rude]
    counter_examples: [a, b, c, d, not rude]
"""


class Blank:
    """An embedding model that knows nothing: these rules go by words."""

    name = "blank"
    dimensions = 384

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return np.zeros((len(texts), 384), dtype=np.float32)

    def read(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(np.zeros(384, "f"), np.zeros((3, 384), "f")) for _ in texts]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "packs" / "own.yaml"
    path.parent.mkdir()
    path.write_text(PACK)
    return path


@pytest.fixture
def settings(tmp_path: Path, own: Path, url: str) -> Settings:
    return settings_of(data=tmp_path / "data", packs=[own.parent], database_url=url)


@pytest.fixture
def journal(settings: Settings) -> Iterator[Journal]:
    opened = Journal.open(settings.journal_url)
    yield opened
    opened.close()


def audited(settings: Settings) -> list[dict[str, Any]]:
    engine = open_database(settings.journal_url)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT actor, action, detail FROM audit ORDER BY seq")
        found = [{"actor": a, "action": b, **json.loads(c)} for a, b, c in rows]
    engine.dispose()
    return found


def opened(settings: Settings, journal: Journal) -> list[str]:
    _, found = load(settings, Blank(), (), journal.approvals())
    return [one.approved_by for one in found]


def test_an_unsigned_pack_is_refused_and_a_signed_one_loads(
    settings: Settings, journal: Journal, own: Path
) -> None:
    with pytest.raises(
        PackError, match=r"own\.yaml:1: own v1 \(\w{12}\) is not signed off"
    ) as error:
        opened(settings, journal)
    assert f"copilot rules sign {own} --as SUBJECT" in str(error.value)
    made = sign_off(settings, read_pack(own), "c-1", None)
    assert (made.subject, made.role) == ("c-1", "compliance_approver")
    assert opened(settings, journal) == ["c-1"]
    own.write_text("# a comment is no content\n" + PACK)
    assert opened(settings, journal) == ["c-1"]
    own.write_text(PACK.replace("so rude", "too rude"))
    with pytest.raises(PackError, match="is not signed off"):
        opened(settings, journal)


def test_unsigned_packs_load_where_that_is_set(settings: Settings, journal: Journal) -> None:
    loose = settings.model_copy(update={"packs_must_be_signed": False})
    assert opened(loose, journal) == [""]


def test_packs_of_the_product_are_approved_and_proven_by_their_hash(
    tmp_path: Path, settings: Settings, journal: Journal
) -> None:
    copied = tmp_path / "crisis.yaml"
    copied.write_text((RULES / "crisis.yaml").read_text())
    alone = settings.model_copy(update={"packs": (copied,)})
    silent = Blank()
    silent.name = MiniLm.name
    passages = {"crisis-988", "crisis-abuse"}
    _, (found,) = load(alone, silent, passages, journal.approvals())
    assert found.approved_by == "shipped"  # and its examples, that a blank model fails, did not run
    with pytest.raises(PackError, match="example does not match"):
        load(alone, Blank(), passages, journal.approvals())
    copied.write_text(copied.read_text().replace("severity: critical", "severity: notice", 1))
    with pytest.raises(PackError, match="is not signed off"):
        load(alone, silent, passages, journal.approvals())


def test_what_is_in_force_is_audited_when_it_changes(
    tmp_path: Path, settings: Settings, journal: Journal, own: Path
) -> None:
    first = sign_off(settings, read_pack(own), "c-1", None)
    opened(settings, journal)
    opened(settings, journal)
    own.write_text(PACK.replace("version: 1", "version: 2"))
    second = sign_off(settings, read_pack(own), "c-2", None)
    assert sign_off(settings, read_pack(own), "c-3", None) == second
    opened(settings, journal)
    rows = audited(settings)
    assert [(row["actor"], row["action"]) for row in rows] == [
        ("c-1", "pack.signed"),
        ("service", "packs.in_force"),
        ("c-2", "pack.signed"),
        ("service", "packs.in_force"),
    ]
    in_force = [
        (p["pack"], p["version"], p["sha256"]) for row in rows for p in row.get("packs", ())
    ]
    assert in_force == [("own", 1, first.sha256), ("own", 2, second.sha256)]
    assert rows[2]["role"] == "compliance_approver"
    assert journal.verify_audit() == []


def test_only_the_approver_that_the_pack_names_signs(settings: Settings, own: Path) -> None:
    pack = read_pack(own)
    theirs = issue(settings, "compliance_approver", "c-1")
    for role, subject, why in (
        ("clinical_approver", "c-1", "is of the role clinical_approver; own wants compliance_app"),
        ("admin", "c-1", "is of the role admin"),
        ("compliance_approver", "c-2", "is another subject's"),
    ):
        with pytest.raises(AuthError, match=why):
            sign_off(settings, pack, "c-1", issue(settings, role, subject))
    with pytest.raises(AuthError, match="does not hold"):
        sign_off(settings, pack, "c-1", "forged")
    with pytest.raises(AuthError, match="1 to 128"):
        sign_off(settings, pack, "", theirs)
    own.write_text(PACK.replace("compliance_approver", "chief"))
    with pytest.raises(AuthError, match=r"`approver` of .* is 'chief'; the roles are"):
        sign_off(settings, read_pack(own), "c-1", None)
    assert sign_off(settings, pack, "c-1", theirs).subject == "c-1"


def test_with_another_issuer_a_token_is_needed(settings: Settings, own: Path) -> None:
    given = {"auth_jwks_url": "http://127.0.0.1:1", "auth_issuer": "i", "auth_audience": "a"}
    with pytest.raises(AuthError, match="give the approver's with --token"):
        sign_off(settings.model_copy(update=given), read_pack(own), "c-1", None)


def test_approvals_are_append_only(settings: Settings, own: Path) -> None:
    sign_off(settings, read_pack(own), "c-1", None)
    engine = open_database(settings.journal_url)
    changing = ["UPDATE pack_approvals SET subject='x'", "DELETE FROM pack_approvals"]
    changing += {
        "sqlite": [
            "INSERT OR REPLACE INTO pack_approvals "
            "SELECT sha256, pack_id, version, role, 'x', at FROM pack_approvals"
        ],
        "postgresql": ["TRUNCATE pack_approvals"],
    }[engine.dialect.name]
    for statement in changing:
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert [a.subject for a in Approvals(engine).all().values()] == ["c-1"]
    engine.dispose()


def test_approvals_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(JournalError, match="no such table"):
        Approvals(engine).all()
    engine.dispose()


def test_the_setting_names_the_packs_of_the_product_and_others(tmp_path: Path, own: Path) -> None:
    files = lambda *packs: pack_files(settings_of(data=tmp_path, packs=packs))  # noqa: E731
    assert files("shipped") == pack_files(settings_of(data=tmp_path)) == shipped()
    assert files("shipped/crisis", own) == [RULES / "crisis.yaml", own]
    assert files("shipped/warm-handover") == [PROTOCOLS / "warm-handover.yaml"]
    assert files(own, own.parent) == [own]
    more = settings_of(data=tmp_path, rules_dirs=[own.parent])
    assert pack_files(more) == [*shipped(), own]
    for missing in ("shipped/none", tmp_path / "none", tmp_path):
        with pytest.raises(SettingsError, match=r"COPILOT_PACKS: .* is no pack, nor a folder"):
            files(missing)


def test_the_api_lists_what_is_in_force(server: Any) -> None:
    def asked(role: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {server.token(role)}"}
        return httpx.get(f"{server.http}/v1/packs", headers=headers, timeout=10)

    assert asked("agent").status_code == 403
    assert httpx.get(f"{server.http}/v1/packs", timeout=10).status_code == 401
    for role in ("admin", "supervisor"):
        rows = {row["pack"]: row for row in asked(role).json()}
        assert {read_pack(path).pack_id for path in shipped()} == set(rows)
        crisis = rows["crisis"]
        assert crisis["approved_by"] == "shipped"
        assert crisis["in_force"] is True
        assert crisis["sha256"] == read_pack(RULES / "crisis.yaml").sha256
        assert (crisis["kind"], crisis["approver"]) == ("rules", "clinical_approver")


async def test_the_day_of_a_call_is_journaled_and_older_journals_are_read(
    server: Any, started: Any, call_id: str
) -> None:
    today = {datetime.now(UTC).date()}
    async with started():
        pass
    today.add(datetime.now(UTC).date())  # it may be midnight
    inputs: TypeAdapter[Started] = TypeAdapter(Started)
    row = server.running.service.journal.inputs(call_id)[0]
    assert inputs.validate_json(row.body).facts.day in today
    older = json.loads(row.body)
    del older["facts"]["day"]
    assert inputs.validate_python(older).facts.day is None
