"""A phone in a resident's hand: Chromium, 360 × 740, axe-core on each page it opens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from engage.core.config import ROOT
from tests import live

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = ROOT / ".venv" / "bin" / "chromium"
PHONE = {"width": 360, "height": 740}

RUN_AXE = """
async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.map(
    v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ').slice(0, 400)
  );
}
"""


@dataclass
class Town:
    """A running demo town and the letters it sent."""

    base: str
    mailbox: live.Mailbox


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """`engage run` on a fresh demo town with a real SMTP server, once for all journeys."""
    with live.mail_server() as (smtp, mailbox):
        environ = live.environment(tmp_path_factory.mktemp("live"), ENGAGE_SMTP_URL=smtp)
        live.command(environ, "init", "--contract", str(live.CONTRACT), "--demo")
        program = live.start(environ, "run")
        yield Town(program.base, mailbox)
        program.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Phone:
    """One person's phone. Every page it opens is checked when it is ready."""

    def __init__(self, context: BrowserContext, base: str, *, scripts: bool) -> None:
        self.page: Page = context.new_page()
        self.base = base
        self._scripts = scripts
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message) -> None:  # type: ignore[no-untyped-def]
        if message.type == "error" and "status of 4" not in message.text:
            self.errors.append(message.text)

    def be(self, persona: str) -> "Phone":
        """Be one of the demo people."""
        self.page.goto(f"{self.base}/demo")
        self.page.click(f"button[value={persona}]")
        return self.check()

    def open(self, path: str) -> "Phone":
        self.page.goto(path if path.startswith("http") else f"{self.base}{path}")
        return self.check()

    def press(self, name: str) -> "Phone":
        """Press the button or link with this name, and look at what comes."""
        button = self.page.get_by_role("button", name=name, exact=False)
        target = button if button.count() else self.page.get_by_role("link", name=name, exact=False)
        target.first.click()
        self.page.wait_for_load_state()
        return self.check()

    def pick(self, label: str) -> "Phone":
        """Choose a tile, a radio or a box by its words."""
        self.page.locator("label", has_text=label).first.click()
        return self

    def write(self, label: str, text: str) -> "Phone":
        self.page.get_by_label(label, exact=False).first.fill(text)
        return self

    def reads(self, words: str) -> "Phone":
        """The person can read these words on the page."""
        found = " ".join(self.page.inner_text("body").split())
        assert words in found, f"{words!r} not in: {found[:1500]}"
        return self

    def check(self) -> "Phone":
        """No fault of accessibility, no error of a script, nothing wider than the phone."""
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        if self._scripts:
            self.page.evaluate(AXE.read_text())
            assert self.page.evaluate(RUN_AXE) == [], self.page.url
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (
                self.page.url
            )
        assert self.errors == [], self.page.url
        return self


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def phone(
    request: pytest.FixtureRequest, chromium: Browser, running: Town
) -> Iterator[Callable[[], Phone]]:
    """Makes phones, each with cookies of its own; with JavaScript and without."""
    contexts: list[BrowserContext] = []

    def make() -> Phone:
        context = chromium.new_context(
            viewport=PHONE,
            locale="fr-FR",
            java_script_enabled=request.param,
            has_touch=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Phone(context, running.base, scripts=request.param)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    """A photo as a phone takes it."""
    from tests.factories import photo_bytes

    path = tmp_path / "photo.jpg"
    path.write_bytes(photo_bytes(1600, 1200))
    return path
