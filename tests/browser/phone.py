"""A phone in somebody's hand: what people do with it, and what is checked on each screen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.config import ROOT, Config
from engage.core.services import Services
from tests import live

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()

RUN_AXE = """
async () => {
  const options = {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}};
  const found = await axe.run(document, options);
  return found.violations.map(
    v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ').slice(0, 400)
  );
}
"""

STATE = """
() => [...document.querySelectorAll('input')].map(i => +i.checked).join('')
    + document.documentElement.outerHTML
"""


@dataclass
class Examiner:
    """Runs axe-core on what a phone shows, once for screens that differ in numbers only."""

    page: Page
    seen: set[int] = field(default_factory=set)

    def faults(self, phone: "Phone") -> list[str]:
        """What axe-core finds on the screen of `phone`."""
        mark = hash((phone.look, re.sub(r"[\w.-]{20,}|\d+", "0", phone.page.evaluate(STATE))))
        if mark in self.seen:
            return []
        page = phone.page if phone.scripts else self._copy(phone)
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)
        found: list[str] = page.evaluate(RUN_AXE)
        self.seen.add(mark)
        return found

    def _copy(self, phone: "Phone") -> Page:
        """The same document where scripts may run: axe-core is one. Ours are left out."""
        document = re.sub(r"<script.*?</script>", "", phone.page.content(), flags=re.DOTALL)
        address = f"{phone.base}/copie-pour-axe"
        self.page.set_viewport_size(phone.size)
        self.page.route(address, lambda route: route.fulfill(body=document, content_type=HTML))
        self.page.goto(address)
        self.page.unroute(address)
        return self.page


HTML = "text/html; charset=utf-8"

CONTACT = re.compile(r"Votre (numéro de )?téléphone ou votre e-mail")
"""How forms call the address of who is not known yet."""


@dataclass
class Town:
    """A running demo town, the letters it sent, and the settings it runs with."""

    base: str
    mailbox: live.Mailbox
    environ: dict[str, str]
    typed: set[str] = field(default_factory=set)
    """Codes that somebody has read in a letter already."""


@contextmanager
def opened(town: Town) -> Iterator[tuple[Services, Session]]:
    """The running town's services and a transaction in its database."""
    services = Services.of(Config.from_environ(town.environ))
    with clock.at(datetime.now(UTC)), services.database.transaction() as db:
        yield services, db
    services.database.close()


class Phone:
    """One person's phone, with cookies of its own. Each screen is checked when it is there."""

    def __init__(
        self, context: BrowserContext, town: Town, examiner: Examiner, *, scripts: bool, look: str
    ) -> None:
        self.page = context.new_page()
        self.town, self.base = town, town.base
        self.scripts, self.look = scripts, look
        self.screens: list[str] = []
        self.errors: list[str] = []
        self._examiner = examiner
        self.page.on("pageerror", self._fail)
        self.page.on("console", self._note)

    def _fail(self, error: Error) -> None:
        self.errors.append(str(error))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.errors.append(message.text)

    @property
    def size(self) -> dict[str, int]:
        size = self.page.viewport_size
        assert size is not None
        return dict(size)

    @property
    def sent_after(self) -> int:
        """How many screens it took to send something; the last one says that it is sent."""
        return len(self.screens) - 1

    def mail(self, name: str) -> str:
        """The address of an invented person, another one with scripts than without."""
        return f"{name}.{'avec' if self.scripts else 'sans'}@example.org"

    def be(self, persona: str) -> "Phone":
        """Be one of the demo people."""
        self.open("/demo")
        return self.go(self.page.locator(f"button[value={persona}]"))

    def identify(self, address: str, button: str = "Recevoir un code") -> "Phone":
        """Say who one is: an address, then the code that the mail brings."""
        self.page.get_by_label(CONTACT).locator("visible=true").first.fill(address)
        self.press(button).reads("Tapez le code reçu")
        return self.write("Le code à 6 chiffres", self.code(address)).press("Valider")

    def code(self, address: str) -> str:
        """The code of the newest letter to `address`; one that nobody has read yet."""
        for _ in range(100):
            found = re.search(r"\b\d{6}\b", str(self.letter(address, "Votre code")["Subject"]))
            assert found is not None
            if found.group() not in self.town.typed:
                self.town.typed.add(found.group())
                return found.group()
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no new code to {address}")

    def letter(self, address: str, words: str) -> live.EmailMessage:
        return self.town.mailbox.wait_for(address, words)

    @staticmethod
    def in_days(days: int) -> str:
        """A day as a date field takes it; negative for the past."""
        return (datetime.now(clock.zone()) + timedelta(days=days)).date().isoformat()

    def begin(self) -> "Phone":
        """Count screens from here."""
        self.screens = []
        return self

    def open(self, path: str) -> "Phone":
        self.page.goto(path if path.startswith("http") else f"{self.base}{path}")
        return self._arrive()

    def press(self, name: str) -> "Phone":
        """Press the button or link with these words, and look at what comes."""
        button = self.page.get_by_role("button", name=name)
        return self.go(button if button.count() else self.page.get_by_role("link", name=name))

    def go(self, target: Locator) -> "Phone":
        """Press this, and look at what comes."""
        with self.page.expect_navigation():
            target.first.click()
        return self._arrive()

    def _arrive(self) -> "Phone":
        self.screens.append(self.page.url.removeprefix(self.base))
        return self.check()

    def back(self) -> "Phone":
        self.page.go_back()
        return self

    def unfold(self, name: str) -> "Phone":
        """Open what is folded under these words, unless it is open."""
        words = self.page.locator("summary", has_text=name)
        fold = self.page.locator("details", has=words).first
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        return self.check()

    def pick(self, label: str) -> "Phone":
        """Choose a tile, a radio or a box by its words."""
        self.page.locator("label", has_text=label).first.click()
        return self.check()

    def choose(self, label: str, option: str) -> "Phone":
        """Choose in a list."""
        self._field(label).select_option(label=option)
        return self

    def write(self, label: str, text: str) -> "Phone":
        self._field(label).fill(text)
        return self

    def attach(self, label: str, file: Path) -> "Phone":
        """Choose a photo; where scripts run it is made smaller on the phone first."""
        self._field(label).set_input_files(file)
        return self

    def _field(self, label: str) -> Locator:
        """The field with this label that is not folded away."""
        return self.page.get_by_label(label).locator("visible=true").first

    def value(self, label: str) -> str:
        return self._field(label).input_value()

    @property
    def words(self) -> str:
        """What the page says, in one line."""
        return " ".join(self.page.inner_text("body").split())

    def reads(self, *words: str) -> "Phone":
        """The person can read these words on the page."""
        found = self.words
        for one in words:
            assert one in found, f"{one!r} not in {self.page.url}: {found[:1500]}"
        return self

    def reads_no(self, *words: str) -> "Phone":
        """These words are nowhere, not even in what is hidden."""
        document = self.page.content()
        for one in words:
            assert one not in document, f"{one!r} in {self.page.url}"
        return self

    def check(self) -> "Phone":
        """No fault of accessibility, no error of a script, nothing wider than the phone."""
        faults = self._examiner.faults(self)
        assert faults == [], f"{self.page.url} ({self.look}): {faults}"
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.size["width"], f"{self.page.url} ({self.look}) is {width} px wide"
        assert self.errors == [], f"{self.page.url}: {self.errors}"
        return self
