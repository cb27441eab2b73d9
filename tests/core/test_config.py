"""Settings are checked before anything starts; a bad one is one clear line."""

from pathlib import Path

import pytest

from engage.core.config import BadSetting, Config


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ENGAGE_TYPO", "1"),
        ("ENGAGE_DEMO", "yes"),
        ("ENGAGE_BIND", "8000"),
        ("ENGAGE_BIND", "127.0.0.1:99999"),
        ("ENGAGE_BASE_URL", "quartiers.example.fr"),
        ("ENGAGE_BASE_URL", "http://quartiers.example.fr"),
        ("ENGAGE_SMTP_URL", "mail.example.fr"),
        ("ENGAGE_SMS_URL", "ftp://sms.example.fr"),
        ("ENGAGE_DATABASE_URL", "garbage"),
        ("ENGAGE_DATABASE_URL", "mysql://root@localhost/engage"),
        ("ENGAGE_TIMEZONE", "Europe/Cahors"),
        ("ENGAGE_LOG_LEVEL", "loud"),
        ("ENGAGE_TRUSTED_PROXIES", "one"),
        ("ENGAGE_STORAGE_URL", "s3://bucket"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line(setting: str, value: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        Config.from_environ({setting: value})
    message = str(refusal.value)
    assert setting in message
    assert "\n" not in message


def test_without_settings_a_town_lives_in_its_instance_folder(tmp_path: Path) -> None:
    config = Config.from_environ({"ENGAGE_INSTANCE": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path / 'engage.db'}"
    assert config.uploads == tmp_path / "uploads"
    assert config.bind == "127.0.0.1:8000"
    assert not config.demo
    assert not config.secure


def test_the_demo_listens_on_this_machine_only() -> None:
    exposed = {"ENGAGE_DEMO": "1", "ENGAGE_BIND": "0.0.0.0:8000"}
    with pytest.raises(BadSetting, match="demo"):
        Config.from_environ(exposed)
    meant = exposed | {"ENGAGE_DEMO_ANYWHERE": "1"}
    assert Config.from_environ(meant).demo


def test_an_https_address_makes_cookies_secure() -> None:
    assert Config.from_environ({"ENGAGE_BASE_URL": "https://quartiers.example.fr"}).secure
