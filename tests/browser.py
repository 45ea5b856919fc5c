"""A real browser: Debian's Chromium, driven by Playwright, with axe-core from npm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from tests.oracles.npm import fetched, program
from tests.oracles.view import Absent

__all__ = ["AXE_VERSION", "Absent", "Opened", "opened", "serious"]

AXE_VERSION: Final = "4.10.3"

# The browser's own errands are no part of what a page does.
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@attrs.frozen
class Opened:
    """A page in the browser, and what it did.

    Attributes:
        page: Playwright's.
        complaints: What the console and the page reported.
        requests: Addresses that were asked for, the page's own first.
    """

    page: Any
    complaints: list[str]
    requests: list[str]


@contextmanager
def opened(
    path: Path, *, width: int = 1280, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Opened]:
    """A file in a browser of its own.

    Raises:
        Absent: There is no Chromium, or Playwright is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise Absent(f"playwright is not installed: {error}") from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=list(_FLAGS), headless=True
        )
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        found = Opened(page, [], [])
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("request", lambda request: found.requests.append(request.url))
        page.goto(path.resolve().as_uri())
        try:
            yield found
        finally:
            browser.close()


def serious(opened_page: Opened) -> list[str]:
    """What axe-core calls serious or critical, one sentence each.

    Raises:
        Absent: axe-core is not here and cannot be fetched.
    """
    script = fetched("axe-core", AXE_VERSION) / "axe.min.js"
    # Past the page's own policy, which lets no script in.
    session = opened_page.page.context.new_cdp_session(opened_page.page)
    session.send("Page.setBypassCSP", {"enabled": True})
    opened_page.page.reload()
    opened_page.page.evaluate(script.read_text())
    result = opened_page.page.evaluate("() => axe.run()")
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: {found['nodes'][0]['html']:.200}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
    ]
