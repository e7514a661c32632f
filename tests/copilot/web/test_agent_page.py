"""The agent's page in a real Chromium, over the real server."""

from typing import Any

import pytest
from playwright.async_api import Page, expect


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
    page: Page, source: Any, say: Any, poor_contrast: Any, width: int, scheme: Any
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 844})
    await say(source, "my chest feels tight and " + "x" * 200)
    await say(source, "I forgot to take my pills")
    await say(source, "how much salt can I have?")
    await expect(page.locator(".card .accept")).not_to_have_count(0)
    await expect(page.locator(".flag")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await poor_contrast(page) == []
