"""Escalations on the agent's and on the supervisor's page, by mouse and by keys alone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect


@pytest.fixture
async def watch(browser: Browser, server: Any, source: Any) -> AsyncIterator[Page]:
    found = await browser.new_page(viewport={"width": 1000, "height": 800})
    problems: list[str] = []
    found.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    found.on("pageerror", lambda error: problems.append(str(error)))
    await found.goto(f"{server.http}/watch#token={server.token('clinician', 'n-1')}")
    await expect(found.locator("#link")).to_have_text("Live")
    yield found
    assert problems == []


async def test_an_escalation_is_answered_by_keys_alone(page: Page, source: Any, say: Any) -> None:
    await say(source, "my chest feels tight")
    banner = page.locator("#critical article")
    await expect(banner.locator(".state")).to_have_text("clinical-team called")
    await expect(banner.locator(".clock")).to_contain_text("Waiting 00:0")
    await page.locator("h1").click()
    await page.keyboard.press("k")
    await expect(banner.locator(".state")).to_contain_text("acknowledged")
    await expect(banner.locator(".clock")).to_have_count(0)
    await page.keyboard.press("h")
    await expect(page.locator("#handover")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#handover")).to_be_hidden()
    await page.keyboard.press("h")
    await page.keyboard.type("911 dispatch")
    await page.keyboard.press("Tab")
    await page.keyboard.type("she is alone")
    await page.keyboard.press("Enter")
    await expect(banner.locator(".state")).to_have_text("Handed over to 911 dispatch")
    await page.keyboard.press("c")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#critical article")).to_have_count(0)


async def test_the_focus_stays_on_its_button_when_something_else_happens(
    page: Page, source: Any, say: Any
) -> None:
    await say(source, "my chest feels tight")
    button = page.locator("#critical button.close").first
    await button.focus()
    await say(source, "I want to die")
    await expect(page.locator("#critical article")).to_have_count(2)
    assert "close" in str(await page.evaluate("document.activeElement.dataset.act"))


async def test_a_supervisor_sees_answers_and_closes_it(
    watch: Page, page: Page, source: Any, say: Any, call_id: str
) -> None:
    await say(source, "my chest feels tight")
    row = watch.locator("#escalations li", has_text=call_id)
    await expect(row).to_have_attribute("data-status", "opened")
    await expect(row.locator(".clock")).to_contain_text("Waiting")
    await expect(watch.locator("#news")).to_contain_text("clinical-team called")
    await watch.reload()
    await expect(row).to_have_attribute("data-status", "opened")
    await row.get_by_role("button", name="Acknowledge").click()
    await expect(row.locator(".state")).to_contain_text("by a clinician")
    await expect(page.locator("#critical .state")).to_contain_text("by a clinician")
    await source.send(type="conversation.end", conversation_id=call_id)
    await expect(page.locator("#link")).to_have_text("Call ended")
    await row.get_by_role("button", name="Close").click()
    await watch.locator("#close-outcome").select_option("called_back")
    await watch.locator("#close button.primary").click()
    await expect(row.locator(".state")).to_have_text("Closed: called back")
    await expect(page.locator("#critical article")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1000])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_can_be_read_at_every_width(
    watch: Page, source: Any, say: Any, poor_contrast: Any, call_id: str, width: int, scheme: Any
) -> None:
    await watch.emulate_media(color_scheme=scheme)
    await watch.set_viewport_size({"width": width, "height": 844})
    await say(source, "my chest feels tight")
    row = watch.locator("#escalations li", has_text=call_id)
    await expect(row).to_have_count(1)
    assert await poor_contrast(watch) == []
    await row.get_by_role("button", name="Hand over").click()
    await watch.locator("#handover-to").fill("x" * 90)
    assert await poor_contrast(watch) == []
    await watch.locator("#handover button.primary").click()
    await expect(row).to_have_attribute("data-status", "handed_over")
    assert await poor_contrast(watch) == []
    assert await watch.evaluate("document.documentElement.scrollWidth") <= width
