"""The command line put together: the service's commands, and those of the other packages."""

import sys
from collections.abc import Callable

from copilot.offline import stay_offline


def _phi_check() -> Callable[[str], bool]:
    from guardrails.phi.content import holds_identifier

    return holds_identifier


def main() -> None:
    """Runs `copilot`."""
    stay_offline()
    from copilot.cli import app
    from copilot.escalation_cli import report_app, webhooks_app
    from copilot.packs_cli import protocol_app
    from copilot.rules_cli import rules_app
    from evals.cli import eval_app
    from knowledge_base.cli import app as kb_app
    from knowledge_base.cli import refuse_phi_by

    refuse_phi_by(_phi_check)
    app.add_typer(kb_app, name="kb")
    app.add_typer(rules_app, name="rules")
    app.add_typer(protocol_app, name="protocol")
    app.add_typer(report_app, name="report")
    app.add_typer(webhooks_app, name="webhooks")
    app.add_typer(eval_app, name="eval")
    app(prog_name="copilot")


if __name__ == "__main__":
    sys.exit(main())
