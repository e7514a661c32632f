"""Takes the pictures of the agent's page: the sample call, at two widths, in two themes.

`python -m scripts.screenshot [FOLDER]` (default docs/images). Needs a Chromium on the machine.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from copilot.offline import stay_offline

stay_offline()

from playwright.async_api import async_playwright  # noqa: E402

from copilot.auth import issue  # noqa: E402
from copilot.demo import SAMPLE  # noqa: E402
from copilot.embedded import running  # noqa: E402
from copilot.replay import play, read  # noqa: E402
from copilot.settings import load  # noqa: E402

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZES = {"wide": (1440, 1000), "narrow": (390, 844)}


def chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


async def take(folder: Path) -> None:
    recording = read(SAMPLE)[0]
    with tempfile.TemporaryDirectory() as data:
        settings = load(data=Path(data), port=0)
        async with running(settings) as server, async_playwright() as playwright:
            token = issue(settings, "agent", str(recording.messages[0]["agent_id"]))
            cut = type(recording)(recording.conversation_id, recording.messages[:-4])
            playing = asyncio.create_task(
                play(cut, server.ws, token, speed=40, heard=lambda event: None)
            )
            await asyncio.sleep(6)
            playing.cancel()
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for name, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    page = await browser.new_page(
                        viewport={"width": width, "height": height}, color_scheme=scheme
                    )
                    await page.goto(f"{server.http}/agent/{cut.conversation_id}#token={token}")
                    await page.wait_for_selector(".critical article")
                    await page.wait_for_timeout(600)
                    await page.screenshot(path=folder / f"agent-{name}-{scheme}.png")
                    await page.close()
            await browser.close()


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(target))
