"""The settings, from the environment (`COPILOT_...`) and the command line."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as _Unreadable

from copilot.suggest.draft import Llm
from copilot.webhooks import Endpoint, secret_key

_Target = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,63}$")]


class SettingsError(ValueError):
    """A setting is wrong; the text names its variable and the fault, never its value."""


class Settings(BaseSettings):
    """Everything that can be set, with its default. Embedded by default: no key, no server."""

    model_config = SettingsConfigDict(
        env_prefix="COPILOT_",
        frozen=True,
        extra="ignore",
        # `COPILOT_X=` in a compose file means that X is not set
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    data: Path = Field(Path("data"), description="Folder of the databases, the index and the keys.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8765, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    database_url: str | None = Field(
        None,
        # an address may hold a password
        repr=False,
        description="SQLAlchemy address of the journal and of the knowledge base, such as `postgresql://USER:PASSWORD@HOST/NAME`; SQLite in the data folder if unset.",
    )
    chroma_url: str | None = Field(
        None,
        repr=False,
        description="`http://HOST:PORT` of a Chroma server; embedded in the data folder if unset.",
    )
    llm_base_url: str | None = Field(
        None, description="Any OpenAI-compatible endpoint; `OPENAI_BASE_URL` is honoured too."
    )
    llm_api_key: SecretStr | None = Field(
        None,
        description="Its key; `OPENAI_API_KEY` is honoured too. Neither set: no model is asked.",
    )
    llm_model: str = Field("gpt-4o-mini", description="The chat model that words suggestions.")
    llm_timeout_s: float = Field(
        6.0, gt=0, description="Seconds for a whole draft; after it the approved text is shown."
    )
    auth_jwks_url: str | None = Field(
        None,
        description="JWKS of an OIDC issuer; the next two are needed with it. Unset: this machine's own issuer.",
    )
    auth_issuer: str | None = Field(
        None, description="The `iss` a token of the OIDC issuer must carry."
    )
    auth_audience: str | None = Field(None, description="The `aud` a token must carry.")
    escalation_targets: tuple[_Target, ...] = Field(
        ("clinical-team", "on-call-clinician", "medical-director"),
        min_length=1,
        description="Whom an escalation goes to, one after the other while nobody answers, as a JSON list.",
    )
    escalation_climb_s: float = Field(
        60, gt=0, description="Seconds that each of them has to answer before the next is called."
    )
    webhook_url: str | None = Field(
        None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])",
        # an address may hold a token
        repr=False,
        description="Where the clinical team's system takes escalations (POST): `https://`, or `http://` on this machine. Unset: nothing is sent.",
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="The secret that signs them: `whsec_` and the base64 of 24 to 64 bytes. Needed with the address.",
    )
    webhook_timeout_s: float = Field(
        5, gt=0, le=60, description="Seconds for one attempt to deliver a webhook."
    )
    webhook_retry_s: float = Field(
        1,
        gt=0,
        description="Seconds before the second attempt; they double with each, up to five minutes.",
    )
    webhook_give_up_s: float = Field(
        86_400, gt=0, description="Age in seconds after which a webhook is tried no more."
    )
    packs: tuple[Path, ...] = Field(
        (Path("shipped"),),
        min_length=1,
        description="The rule and protocol packs: files and folders (`*.yaml`), as a JSON list. `shipped` stands for those of the product, `shipped/NAME` for one of them.",
    )
    packs_must_be_signed: bool = Field(
        True,
        description="Load a pack that did not come with the product only if `copilot rules sign` has recorded its approval.",
    )
    rules_dirs: tuple[Path, ...] = Field(
        (), description="More folders of rule packs, as a JSON list; as in `COPILOT_PACKS`."
    )
    protocols_dirs: tuple[Path, ...] = Field(
        (), description="More folders of protocol packs, as a JSON list; as in `COPILOT_PACKS`."
    )
    idle_seconds: float = Field(
        600, gt=0, description="A connection on which nothing moves for so long is closed (4408)."
    )
    max_frame_bytes: int = Field(
        1_048_576,
        ge=131_072,
        description="The largest websocket frame; a larger one closes (1009).",
    )
    batch_size: int = Field(16, ge=1, le=256, description="Segments analysed together at most.")
    batch_wait_ms: float = Field(
        3, ge=0, le=100, description="How long the first segment of a batch waits for others."
    )
    masking_timeout_s: float = Field(
        10,
        gt=0,
        description="A batch of segments that takes longer to mask is withheld whole, and its calls are told.",
    )
    date_placeholders: Literal["plain", "year", "relation"] = Field(
        "plain",
        description="What a date's placeholder keeps: nothing (`plain`), its `year`, or the year and its `relation` to the first date (`<DATE_2: 3 days before DATE_1>`).",
    )
    mask_agent_names: bool = Field(
        True, description="Mask the names by which agents introduce themselves, too."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe log lines written."
    )
    log_format: Literal["console", "json"] = Field("console", description="How they are written.")

    @property
    def journal_url(self) -> str:
        """Where the journal is."""
        return self.database_url or f"sqlite:///{self.data / 'journal.db'}"

    @property
    def knowledge_url(self) -> str:
        """Where the knowledge base's record is: beside the journal, or in its own SQLite file."""
        return self.database_url or f"sqlite:///{self.data / 'knowledge.db'}"

    @property
    def webhook(self) -> Endpoint | None:
        """Where webhooks go, if that is set.

        Raises:
            SettingsError: an address without a secret, or a secret of another form.
        """
        if not self.webhook_url:
            return None
        if self.webhook_secret is None:
            raise SettingsError("COPILOT_WEBHOOK_URL needs COPILOT_WEBHOOK_SECRET too")
        try:
            key = secret_key(self.webhook_secret.get_secret_value())
        except ValueError as error:
            raise SettingsError(f"COPILOT_WEBHOOK_SECRET: {error}") from None
        return Endpoint(
            self.webhook_url,
            key,
            timeout_s=self.webhook_timeout_s,
            retry_s=self.webhook_retry_s,
            give_up_s=self.webhook_give_up_s,
        )

    @property
    def llm(self) -> Llm | None:
        """The language model to word suggestions with, if one is configured."""
        base_url = self.llm_base_url or os.environ.get("OPENAI_BASE_URL")
        own = self.llm_api_key.get_secret_value() if self.llm_api_key else None
        key = own or os.environ.get("OPENAI_API_KEY")
        if not base_url and not key:
            return None
        return Llm(base_url, key or "none", self.llm_model, self.llm_timeout_s)


def load(**given: Any) -> Settings:
    """The settings of the environment, with `given` in front of them.

    Raises:
        SettingsError: in one line.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name, *place = first["loc"]
        where = "".join(f", entry {part + 1}" for part in place if isinstance(part, int))
        raise SettingsError(f"COPILOT_{str(name).upper()}{where}: {first['msg']}") from None
    except _Unreadable as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = f"COPILOT_{field[1].upper()}" if field else "the environment"
        raise SettingsError(f"{name}: is no JSON list") from None
