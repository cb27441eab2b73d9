"""The running town, the browser, and phones for whoever takes part."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from engage.core.config import ROOT
from tests import live
from tests.browser.phone import Examiner, Phone, Town
from tests.factories import photo_bytes

CHROMIUM = ROOT / ".venv" / "bin" / "chromium"
WIDE, HIGH = 360, 740

AS_A_PHONE = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]
"""Phones don't push letters to whole pixels; a headless shell would, and lines break elsewhere."""


@pytest.fixture(scope="session")
def demo_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a demo town that nobody has used, to be copied."""
    folder = tmp_path_factory.mktemp("prepared") / "instance"
    live.command(live.environment(folder), "init", "--contract", str(live.CONTRACT), "--demo")
    return folder


@pytest.fixture(scope="session")
def running(demo_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The program on a fresh demo town with a real SMTP server, once for all journeys."""
    with live.mail_server() as (smtp, mailbox):
        folder = shutil.copytree(demo_instance, tmp_path_factory.mktemp("live") / "instance")
        environ = live.environment(folder, ENGAGE_SMTP_URL=smtp)
        program = live.start_hurried(environ)
        try:
            yield Town(program.base, mailbox, environ)
        finally:
            program.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=AS_A_PHONE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def examiner(chromium: Browser) -> Examiner:
    return Examiner(chromium.new_page())


class Shop:
    """Where phones come from."""

    def __init__(self, browser: Browser, town: Town, examiner: Examiner) -> None:
        self._browser, self._town, self._examiner = browser, town, examiner
        self._contexts: list[BrowserContext] = []

    def phone(
        self,
        *,
        scripts: bool = True,
        width: int = WIDE,
        height: int = HIGH,
        scheme: str = "light",
        locale: str = "fr-FR",
    ) -> Phone:
        """A new phone (or a desk, when it is wide) that nobody has used."""
        settings: dict[str, Any] = {"color_scheme": scheme, "locale": locale}
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            has_touch=width < 600,
            reduced_motion="reduce",
            **settings,
        )
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        look = f"{width} px, {scheme}, {locale}"
        return Phone(context, self._town, self._examiner, scripts=scripts, look=look)

    @property
    def environ(self) -> dict[str, str]:
        """The settings that the town runs with."""
        return self._town.environ

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def shop(chromium: Browser, running: Town, examiner: Examiner) -> Iterator[Shop]:
    open_shop = Shop(chromium, running, examiner)
    yield open_shop
    open_shop.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def phone(request: pytest.FixtureRequest, shop: Shop) -> Callable[[], Phone]:
    """Makes phones, each with cookies of its own; with JavaScript and without."""
    return lambda: shop.phone(scripts=request.param)


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    """A photo as a phone takes it."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo_bytes(1600, 1200))
    return path
