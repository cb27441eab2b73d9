"""What a first visit transfers: the page, its styles, scripts, icons and font, as compressed."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tests.bench.figures import Figure
from tests.bench.towns import Measured, pages

MOST_KB = {"html": 14, "js": 25, "all": 100}
REFERENCE = re.compile(r'(?:href|src)="(/static/[^"#]+)')
FONT = re.compile(rb"url\(([^)]+\.woff2)\)")
ACCEPTS = {"Accept-Encoding": "gzip, deflate, br"}


def weights(town: Measured) -> Iterator[Figure]:
    for page in pages(town):
        if page.persona:
            continue
        sizes = _sizes(town, page.path)
        for part, bar in MOST_KB.items():
            yield Figure(f"{page.name}, {part}", sizes[part] / 1000, bar, "kB")


def _sizes(town: Measured, path: str) -> dict[str, int]:
    client = town.app.test_client()
    plain = client.get(path).get_data(as_text=True)
    html = len(client.get(path, headers=ACCEPTS).get_data())
    files = set(REFERENCE.findall(plain))
    for sheet in [name for name in files if name.endswith(".css")]:
        files |= _fonts(client.get(sheet).get_data(), sheet)
    sizes = {name: _transferred(town.app, name) for name in files}
    scripts = sum(size for name, size in sizes.items() if name.endswith(".js"))
    return {"html": html, "js": scripts, "all": html + sum(sizes.values())}


def _fonts(css: bytes, sheet: str) -> set[str]:
    """The Latin font alone: the other one is asked for by names such as Łukasz only."""
    found = {url.decode().strip("\"'") for url in FONT.findall(css)}
    base = sheet.rsplit("/", 1)[0].rsplit("/", 1)[0]
    return {f"{base}/{url.removeprefix('../')}" for url in found if "-ext" not in url}


@lru_cache(maxsize=64)
def _transferred(app: Any, address: str) -> int:
    answer = app.test_client().get(address, headers=ACCEPTS)
    assert answer.status_code == 200, address
    return len(answer.get_data())
