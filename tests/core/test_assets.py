"""The static files: hashed names, rewritten references, compression, caching."""

import gzip
import json
from pathlib import Path

import brotli
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from engage.core.assets import MANIFEST, AssetError, Assets, build, ensure, wrap

FONT = b"\0wOF2 not text \xff"
LONG_RULE = "body { color: #1F1A15; margin: 0; padding: 0 }\n" * 20


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A small folder of sources, with one file of each kind."""
    folder = tmp_path / "static"
    for name, content in {
        "css/base.css": LONG_RULE.encode(),
        "css/engage.css": b'@import "base.css"; @font-face { src: url(../vendor/font.woff2) }',
        "js/engage.js": b'import { step } from "./steps.js";\nstep();\n',
        "js/steps.js": b"export function step() {}\n",
        "icons.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><symbol id='lamp'/></svg>",
        "vendor/font.woff2": FONT,
        ".hidden": b"no",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def assets(static: Path) -> Assets:
    return build(static, static / "dist")


def read(assets: Assets, name: str) -> str:
    return file_of(assets, name).read_text()


def file_of(assets: Assets, name: str) -> Path:
    return assets.root / assets.address(name).removeprefix("/static/")


def test_an_address_names_the_content(static: Path, assets: Assets) -> None:
    before = assets.address("js/steps.js")
    assert before.startswith("/static/js/steps.")
    assert before.endswith(".js")
    (static / "js/steps.js").write_text("export function step() { return 1 }\n")
    after = build(static, static / "dist")
    assert after.address("js/steps.js") != before
    assert after.address("icons.svg") == assets.address("icons.svg")


def test_who_refers_to_a_changed_file_gets_a_new_address_too(static: Path, assets: Assets) -> None:
    (static / "vendor/font.woff2").write_bytes(FONT + b"2")
    assert build(static, static / "dist").address("css/engage.css") != assets.address(
        "css/engage.css"
    )


def test_an_unknown_file_is_a_clear_error(assets: Assets) -> None:
    with pytest.raises(AssetError, match=r"no static file 'css/none\.css'"):
        assets.address("css/none.css")


def test_css_refers_to_hashed_names(assets: Assets) -> None:
    font = Path(assets.address("vendor/font.woff2")).name
    base = Path(assets.address("css/base.css")).name
    assert read(assets, "css/engage.css") == (
        f'@import "{base}"; @font-face {{ src: url(../vendor/{font}) }}'
    )


def test_javascript_imports_hashed_names(assets: Assets) -> None:
    steps = Path(assets.address("js/steps.js")).name
    assert f'from "./{steps}"' in read(assets, "js/engage.js")


@pytest.mark.parametrize(
    ("css", "built"),
    [
        ("a { b: url('../icons.svg#lamp') }", "a { b: url('../ICONS#lamp') }"),
        ('a { b: url( "../icons.svg?v=1" ) }', 'a { b: url( "../ICONS?v=1" ) }'),
        ("a { b: url(data:image/png;base64,AA/*A) }", "a { b: url(data:image/png;base64,AA/*A) }"),
        ("a { b: url(https://x.example/y.png) }", "a { b: url(https://x.example/y.png) }"),
        ("a { b: url(/robots.txt) url(#lamp) }", "a { b: url(/robots.txt) url(#lamp) }"),
        ("/* url(gone.png) */a { b: c }/* */", "a { b: c }"),
        ('a::after { content: "/* kept */" }', 'a::after { content: "/* kept */" }'),
        ("/*! licence */a { b: c }", "/*! licence */a { b: c }"),
    ],
)
def test_css_is_rewritten_with_care(static: Path, css: str, built: str) -> None:
    (static / "css/one.css").write_text(css)
    assets = build(static, static / "dist")
    icons = Path(assets.address("icons.svg")).name
    assert read(assets, "css/one.css") == built.replace("ICONS", icons)


def test_a_reference_to_nothing_stops_the_build(static: Path) -> None:
    (static / "css/one.css").write_text("a { b: url(gone.png) }")
    with pytest.raises(AssetError, match=r"css/one\.css refers to gone\.png"):
        build(static, static / "dist")


def test_files_in_a_circle_stop_the_build(static: Path) -> None:
    (static / "js/steps.js").write_text('import "./engage.js";')
    with pytest.raises(AssetError, match="in a circle"):
        build(static, static / "dist")


def test_text_is_compressed_and_fonts_are_not(assets: Assets) -> None:
    css, font = file_of(assets, "css/base.css"), file_of(assets, "vendor/font.woff2")
    packed = css.with_name(css.name + ".br").read_bytes()
    assert brotli.decompress(packed) == css.read_bytes()
    assert gzip.decompress(css.with_name(css.name + ".gz").read_bytes()) == css.read_bytes()
    assert len(packed) < css.stat().st_size
    assert not font.with_name(font.name + ".br").exists()


def test_starting_again_builds_nothing_until_a_source_changes(static: Path) -> None:
    out = static / "dist"
    first = ensure(static, out)
    written = (out / MANIFEST).stat().st_mtime_ns
    assert ensure(static, out) == first
    assert (out / MANIFEST).stat().st_mtime_ns == written
    (static / "icons.svg").unlink()
    assert "icons.svg" not in ensure(static, out).addresses


def test_a_damaged_manifest_is_built_again(static: Path) -> None:
    out = static / "dist"
    first = ensure(static, out)
    for damage in ("{", "{}", json.dumps({"files": {}})):
        (out / MANIFEST).write_text(damage)
        assert ensure(static, out) == first


def test_without_a_build_loading_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="make setup"):
        Assets.load(tmp_path)


def test_a_browser_may_keep_a_file_for_ever_and_gets_it_compressed(assets: Assets) -> None:
    client = Client(wrap(Response("the application"), assets))
    address = assets.address("css/base.css")
    with client.get(address, headers={"Accept-Encoding": "gzip, br"}) as page:
        assert page.status_code == 200
        assert page.content_type.startswith("text/css")
        assert page.headers["Content-Encoding"] == "br"
        assert "immutable" in page.headers["Cache-Control"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in page.headers


def test_other_addresses_reach_the_application(assets: Assets) -> None:
    client = Client(wrap(Response("the application"), assets))
    assert client.get("/").text == "the application"
    assert client.get("/static/css/base.css").text == "the application"
    assert client.get("/static/../../pyproject.toml").text == "the application"
