"""A real Chromium, the agent's page in it, and the source of its call."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
CHROMIUM = next(
    (path for n in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(n))),
    None,
)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        await found.close()


@pytest.fixture
async def page(browser: Browser, server: Any, call_id: str) -> AsyncIterator[Page]:
    found = await browser.new_page(viewport={"width": 1440, "height": 1000})
    problems: list[str] = []
    found.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    found.on("pageerror", lambda error: problems.append(str(error)))
    await found.goto(f"{server.http}/agent/{call_id}#token={server.token('agent', 'a-1')}")
    await expect(found.locator("#link")).to_have_text("Live")
    yield found
    assert problems == []


@pytest.fixture
async def source(join: Any, server: Any, call_id: str) -> AsyncIterator[Any]:
    async with join(path="/v1/ingest", token=server.token("source", "feed")) as client:
        await client.send(
            type="conversation.start",
            conversation_id=call_id,
            agent_id="a-1",
            context={"on_file": {"name": "Zebulon Quartz", "date_of_birth": "1952-03-14"}},
        )
        yield client


@pytest.fixture
def poor_contrast() -> Callable[[Page], Awaitable[list[str]]]:
    """The texts of a page that are hard to read."""

    async def found(page: Page) -> list[str]:
        return await page.evaluate(CONTRAST)

    return found


# WCAG 2.2, 1.4.3: at least 4.5 to 1 between every text and what is behind it
CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const c = parse(getComputedStyle(at).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.disabled) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
