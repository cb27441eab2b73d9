"""Printed matter: accessible, in both scripts, and deaf to the signs of its own markup."""

from pathlib import Path

import pytest

from engage.core import pdf
from tests import printed

TRICKY = 'Vœu *gras* _x_ #panic("x") $1+1$ <a> @b `c` [d] \\ // fin = 7 500 € #include "town.typ"'


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A small template beside the shared file."""
    (tmp_path / "town.typ").write_text((pdf.TEMPLATES / "town.typ").read_text())
    (tmp_path / "small.typ").write_text(
        '#import "town.typ": *\n#show: document-of.with(data.title)\n'
        "= #data.title\n#data.text\n\n#arabic[#data.arabic]\n"
        '#qr(data.qr, "Code à scanner")\n'
    )
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    return "small.typ"


def context(**changed: str) -> dict[str, str]:
    texts = {"title": "Été", "text": "Bonjour", "arabic": "صوّتوا قبل يوم الأحد"}
    return {**texts, "qr": pdf.qr("https://example.fr/code#ABCD-EFGH"), **changed}


def test_a_document_is_accessible_and_has_its_words(template: str) -> None:
    document = pdf.render(template, **context())
    (words,) = printed.pages(document)
    assert "Bonjour" in words
    assert printed.says_accessible(document)


def test_what_people_typed_is_shown_and_never_run(template: str) -> None:
    document = pdf.render(template, **context(text=TRICKY, title=TRICKY))
    (words,) = printed.pages(document)
    assert "".join(words.split()).count("".join(TRICKY.split())) == 2


def test_a_sign_that_no_font_has_stops_no_letter(template: str) -> None:
    document = pdf.render(template, **context(text="Résidence 🌳 des Tilleuls \x00"))
    assert "des Tilleuls" in printed.pages(document)[0]


def test_a_phone_reads_the_qr_code(template: str) -> None:
    (picture,) = printed.pictures(template, **context())
    assert printed.qr_codes(picture) == ["https://example.fr/code#ABCD-EFGH"]


def test_arabic_letters_are_joined_by_a_font_that_has_them(template: str) -> None:
    document = pdf.render(template, **context())
    assert b"NotoSansArabic" in document


def test_a_broken_template_says_what_is_wrong(template: str) -> None:
    (pdf.TEMPLATES / template).write_text("#data.nothing")
    with pytest.raises(pdf.NotPrinted, match=r"nothing|data"):
        pdf.render(template)


def test_the_library_is_never_loaded_by_the_web_process(template: str) -> None:
    import subprocess
    import sys

    code = "import sys, engage.core.pdf; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
