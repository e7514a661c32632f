"""Put uv into .tools/, with nothing but Python's standard library.

uv is installed by pip from requirements/uv.txt, so its wheel is checked against a pinned hash.
A Python without `ensurepip` (Debian's bare python3) has no pip to do that with: there, uv's own
installer is fetched for the same pinned version.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
PINS = ROOT / "requirements" / "uv.txt"


def with_pip() -> None:
    venv.create(TOOLS, with_pip=True, clear=True)
    subprocess.run(
        [TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes",
         "--disable-pip-version-check", "-r", PINS],
        check=True,
    )  # fmt: skip


def with_installer(version: str) -> None:
    address = f"https://astral.sh/uv/{version}/install.sh"
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "install.sh"
        with urllib.request.urlopen(address, timeout=60) as answer:
            script.write_bytes(answer.read())
        environment = {
            **os.environ,
            "UV_INSTALL_DIR": str(TOOLS / "bin"),
            "UV_NO_MODIFY_PATH": "1",
        }
        subprocess.run(["sh", script], check=True, env=environment)


def main() -> int:
    found = re.search(r"^uv==(\S+)", PINS.read_text(), re.MULTILINE)
    if found is None:
        print(f"{PINS}: no uv version is pinned here", file=sys.stderr)
        return 2
    try:
        if importlib.util.find_spec("ensurepip"):
            with_pip()
        else:
            with_installer(found[1])
    except (OSError, subprocess.CalledProcessError) as error:
        print(
            f"could not install uv into {TOOLS}: {error}\n"
            "On Debian, `apt-get install python3-venv` gives Python its pip; then run make again.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
