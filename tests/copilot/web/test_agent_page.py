"""The agent's page in a real Chromium, over the real server."""

import shutil
from collections.abc import AsyncIterator
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
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
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


async def test_a_call_is_assisted_to_its_end(
    page: Page, source: Any, say: Any, call_id: str
) -> None:
    await say(source, "please verify your full name and date of birth", "agent")
    await expect(page.locator(".protocol .next")).to_contain_text("full name")
    await say(source, "<b>hi</b> it's Zebulon Quartz")
    row = page.locator("#transcript li").nth(1)
    await expect(row.locator(".words")).to_have_text("<b>hi</b> it's person")
    await row.locator("button.chip").click()
    await expect(row.locator("button.chip")).to_have_text("Zebulon Quartz")

    await say(source, "how much salt can I have?")
    card = page.locator(".card").first
    await expect(card.locator(".source")).to_contain_text("version")
    await say(
        source, "my chest feels ti", segment_id="x", final=False, start_ms=50_000, end_ms=50_500
    )
    await expect(page.locator("#row-x")).to_have_attribute("data-final", "false")
    await say(source, "my chest feels tight", segment_id="x", start_ms=50_000, end_ms=51_000)
    banner = page.locator("#critical article")
    await expect(banner).to_contain_text("Chest pain")
    await expect(page.locator("#row-x")).to_have_attribute("data-final", "true")
    assert await page.evaluate("document.activeElement.tagName") != "ARTICLE"
    await page.locator("h1").click()
    await page.keyboard.press("a")
    await expect(card.locator("button.accept")).to_be_disabled()
    await page.keyboard.press("k")
    await expect(banner).to_contain_text("acknowledged")
    await page.locator(".flag button", has_text="Show where").click()
    await expect(page.locator("#row-x")).to_have_class("pointed")
    await page.locator("#ask-text").fill("how do I weigh myself?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card")).to_have_count(2)
    await source.send(type="conversation.end", conversation_id=call_id)
    await expect(page.locator("#summary-text")).to_contain_text("Reason for the call")
    await expect(page.locator("#link")).to_have_text("Call ended")


async def test_the_page_goes_on_after_a_lost_connection(page: Page, source: Any, say: Any) -> None:
    await say(source, "first words")
    await expect(page.locator("#transcript li")).to_have_count(1)
    await page.reload()
    await expect(page.locator("#transcript li")).to_have_count(1)
    await say(source, "second words")
    await expect(page.locator("#transcript li")).to_have_count(2)
    assert "token" not in page.url


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_overflows_and_every_text_can_be_read(
    page: Page, source: Any, say: Any, width: int, scheme: Any
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 844})
    await say(source, "my chest feels tight and " + "x" * 200)
    await say(source, "I forgot to take my pills")
    await say(source, "how much salt can I have?")
    await expect(page.locator(".card .accept")).not_to_have_count(0)
    await expect(page.locator(".flag")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    poor = await page.evaluate(CONTRAST)
    assert poor == []


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
