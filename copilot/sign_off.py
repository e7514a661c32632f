"""Signs a pack off: who may, and the record of it."""

from copilot.approvals import Approval
from copilot.auth import ROLES, Authenticator, AuthError, issue
from copilot.journal import Journal
from copilot.settings import Settings
from guardrails.rules.pack import Pack

LONGEST = 128
"""Characters of a subject that the record has room for."""


def sign_off(settings: Settings, pack: Pack, subject: str, token: str | None) -> Approval:
    """Records that a subject approves a pack as it is now.

    The token is the subject's, in the role that the pack names. Without one this machine's own
    issuer speaks for the subject: who holds its key could make that token, too.

    Raises:
        AuthError: the pack names no role, or the token is missing, another's or of another role.
        JournalError: the record cannot be written.
        SettingsError: the issuer's key can be neither read nor made.
    """
    if pack.approver not in ROLES:
        known = ", ".join(ROLES)
        raise AuthError(f"`approver` of {pack.path} is {pack.approver!r}; the roles are {known}")
    if not subject.strip() or len(subject) > LONGEST:
        raise AuthError(f"--as needs a subject of 1 to {LONGEST} characters")
    if token is None and settings.auth_jwks_url:
        raise AuthError("tokens come from another issuer here: give the approver's with --token")
    authenticator = Authenticator.open(settings)
    found = authenticator.authenticate(token or issue(settings, pack.approver, subject))
    if found.subject != subject:
        raise AuthError("the token is another subject's")
    if found.role != pack.approver:
        raise AuthError(
            f"the token is of the role {found.role}; {pack.pack_id} wants {pack.approver}"
        )
    journal = Journal.open(settings.journal_url)
    try:
        return journal.approvals().sign(pack, subject)
    finally:
        journal.close()
