"""Static files: named by their content, compressed once, served so that a browser keeps them.

`ensure` is what start-up calls; `Assets.address` is what templates call; `wrap` puts the files
in front of the application. A file keeps its address as long as its bytes stay the same, so a
browser may keep it for years and an unchanged file is never fetched twice.
"""

import gzip
import hashlib
import json
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import unquote

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PREFIX = "/static/"
MANIFEST = "manifest.json"
COMPRESSIBLE = frozenset({".css", ".js", ".json", ".svg", ".txt", ".webmanifest", ".xml"})
FLIPPED = frozenset({"go", "back", "exit", "send", "undo"})
"""Icons that point the way of reading: mirrored in Arabic."""

HASHED_NAME = re.compile(r"\.[0-9a-f]{12}\.[^./]+$")

# Strings and unquoted url(...) come first so that a "/*" inside one is not taken for a comment;
# a comment that opens with "/*!" is a licence and stays.
CSS_COMMENT = re.compile(
    r"""("(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | url\(\s*[^"'\s)][^)]*\)) | /\*(?!!).*?\*/""",
    re.DOTALL | re.VERBOSE,
)
CSS_REFERENCE = re.compile(
    r"""(?P<before> url\(\s*["']? | @import\s+["'] ) (?P<target>[^"')]+) (?P<after>["']?)""",
    re.VERBOSE,
)
JS_REFERENCE = re.compile(
    r"""(?P<before>\b(?:from|import)\s*\(?\s*["']) (?P<target>\.{1,2}/[^"']+) (?P<after>["'])""",
    re.VERBOSE,
)
REFERENCES = {".css": CSS_REFERENCE, ".js": JS_REFERENCE}
ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|/|\#)", re.IGNORECASE)


class Manifest(TypedDict):
    """What a build notes down: the digest of its sources, and source name -> built name."""

    sources: str
    files: dict[str, str]


class AssetError(LookupError):
    """A static file that is asked for, or referred to by another one, does not exist."""


@dataclass(frozen=True)
class Assets:
    """The built static files: where they lie and under which address each is served."""

    root: Path
    addresses: Mapping[str, str]

    @classmethod
    def load(cls, out_dir: Path) -> "Assets":
        """Read what `build` wrote; AssetError when nothing was built."""
        manifest = _read_manifest(out_dir)
        if manifest is None:
            raise AssetError(f"No static files were built in {out_dir}: run `make setup`.")
        return cls(out_dir, {name: PREFIX + built for name, built in manifest["files"].items()})

    def address(self, name: str) -> str:
        """Address of a source file: "css/engage.css" -> "/static/css/engage.<12 hex>.css"."""
        try:
            return self.addresses[name]
        except KeyError:
            raise AssetError(f"There is no static file {name!r}.") from None


def ensure(static_dir: Path, out_dir: Path) -> Assets:
    """The built files, building them first when a source differs from what was built."""
    manifest = _read_manifest(out_dir)
    sources = _read_sources(static_dir, out_dir)
    if manifest is None or manifest["sources"] != _fingerprint(sources):
        _write(sources, out_dir)
    return Assets.load(out_dir)


def build(static_dir: Path, out_dir: Path) -> Assets:
    """Write every file of `static_dir` to `out_dir` under its hashed name, compressed beside it.

    References between files (`url(...)` and `@import` in CSS, relative imports in JavaScript)
    follow the new names. Files of earlier builds stay, for pages that browsers still show.
    """
    _write(_read_sources(static_dir, out_dir), out_dir)
    return Assets.load(out_dir)


def wrap(app: "WSGIApplication", assets: Assets) -> "WSGIApplication":
    """Serve `assets` in front of `app`: hashed names are kept for ever, compressed if accepted."""
    from whitenoise import WhiteNoise

    def immutable(_path: str, url: str) -> bool:
        return HASHED_NAME.search(url) is not None

    def add_headers(headers: dict[str, str], _path: str, _url: str) -> None:
        headers["X-Content-Type-Options"] = "nosniff"

    served: WSGIApplication = WhiteNoise(
        app,
        root=assets.root,
        prefix=PREFIX,
        immutable_file_test=immutable,
        allow_all_origins=False,
        add_headers_function=add_headers,
    )
    return served


def icons(assets: Assets) -> "Callable[..., Markup]":
    """What templates call to show an icon of the sprite: decorative, the words beside it say it."""
    sprite = assets.addresses.get("icons.svg", "")

    @lru_cache(maxsize=512)
    def icon(name: str, size: int = 24) -> Markup:
        turned = " flip" if name in FLIPPED else ""
        return Markup(  # noqa: S704 - names and sizes are written in our templates
            f'<svg class="i{turned}" width="{size}" height="{size}" aria-hidden="true"'
            f' focusable="false"><use href="{sprite}#{escape(name)}"/></svg>'
        )

    return icon


def _read_sources(static_dir: Path, out_dir: Path) -> dict[str, bytes]:
    """Every source file by its name relative to `static_dir`, hidden files and `out_dir` apart."""
    return {
        path.relative_to(static_dir).as_posix(): path.read_bytes()
        for path in sorted(static_dir.rglob("*"))
        if path.is_file()
        and not path.is_relative_to(out_dir)
        and not any(part.startswith(".") for part in path.relative_to(static_dir).parts)
    }


def _fingerprint(sources: Mapping[str, bytes]) -> str:
    """One digest of all sources and of this module, so that a new way to build builds again."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name, content in sources.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read_manifest(out_dir: Path) -> Manifest | None:
    """What the last build noted down, or None when there was none or it is damaged."""
    try:
        manifest: Manifest = json.loads((out_dir / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return manifest if manifest.keys() == Manifest.__annotations__.keys() else None


def _write(sources: Mapping[str, bytes], out_dir: Path) -> None:
    """Write all files, and the manifest last: a build that was killed is simply not there."""
    files: dict[str, str] = {}
    for name, content in _link(sources).items():
        files[name] = _hashed_name(name, content)
        for suffix, written in _variants(name, content):
            path = out_dir / (files[name] + suffix)
            if not path.exists():
                _write_file(path, written())
    manifest: Manifest = {"sources": _fingerprint(sources), "files": files}
    _write_file(out_dir / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())


def _link(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as they will be served: comments of CSS gone, references by hashed names."""
    linked: dict[str, bytes] = {}

    def link(name: str, referrers: tuple[str, ...]) -> bytes:
        if name in referrers:
            raise AssetError(f"Static files refer to each other in a circle: {name}.")
        if name not in linked:
            linked[name] = _rewrite(
                name, sources[name], lambda target: link(target, (*referrers, name)), sources
            )
        return linked[name]

    for name in sources:
        link(name, ())
    return linked


def _rewrite(
    name: str, content: bytes, linked: Callable[[str], bytes], known: Iterable[str]
) -> bytes:
    """`content` with each reference to another static file replaced by that file's built name."""
    pattern = REFERENCES.get(posixpath.splitext(name)[1])
    if pattern is None:
        return content

    def replace(match: re.Match[str]) -> str:
        target = match["target"].strip()
        if ELSEWHERE.match(target):
            return match[0]
        path, fragment = re.fullmatch(r"([^?#]*)(.*)", target, re.DOTALL).groups()  # type: ignore[union-attr]
        source = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path)))
        if source not in known:
            raise AssetError(f"{name} refers to {target}, which is not among the static files.")
        built = posixpath.join(
            posixpath.dirname(path), posixpath.basename(_hashed_name(source, linked(source)))
        )
        return f"{match['before']}{built}{fragment}{match['after']}"

    text = content.decode()
    if name.endswith(".css"):
        text = CSS_COMMENT.sub(lambda match: match[1] or "", text)
    return pattern.sub(replace, text).encode()


def _hashed_name(name: str, content: bytes) -> str:
    """`css/engage.css` with these bytes -> `css/engage.<12 hex of SHA-256>.css`."""
    stem, extension = posixpath.splitext(name)
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{extension}"


def _variants(name: str, content: bytes) -> list[tuple[str, Callable[[], bytes]]]:
    """The file itself and its compressed forms, as (suffix, bytes made when called)."""
    import brotli

    variants: list[tuple[str, Callable[[], bytes]]] = [("", lambda: content)]
    if posixpath.splitext(name)[1] in COMPRESSIBLE:
        variants.append((".br", lambda: bytes(brotli.compress(content, quality=11))))
        variants.append((".gz", lambda: gzip.compress(content, compresslevel=9, mtime=0)))
    return variants


def _write_file(path: Path, content: bytes) -> None:
    """Write in one step, so that nobody, a second build included, ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)
