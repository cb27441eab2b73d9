"""Engage, the participation platform of a contrat de ville; `create_app` joins all parts."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engage.core.assets import Assets
    from engage.core.config import Config
    from engage.core.web import Engage


def create_app(config: "Config | None" = None) -> "Engage":
    """The web application of one town; settings come from the environment unless given."""
    from flask_wtf import CSRFProtect

    from engage import wiring
    from engage.accounts import gate
    from engage.core import assets, errorpages, pagecache, web
    from engage.core.config import ROOT, Config
    from engage.core.services import Services

    config = config or Config.from_environ()
    app = web.Engage(
        "engage",
        instance_path=str(config.instance),
        static_folder=None,
        template_folder=str(ROOT / "templates"),
    )
    app.services = Services.of(config)
    app.config.update(_flask_settings(config, app.services.secret_key))
    built = assets.ensure(ROOT / "static", ROOT / "static" / "dist")
    app.config["BUILD"] = wiring.build_mark(built)
    _set_up_templates(app, built)
    web.setup(app)
    CSRFProtect(app)
    gate.setup(app, public_endpoints=wiring.PUBLIC_ENDPOINTS)
    app.before_request(web.prepare_photos)  # after the door: no photo of a stranger is decoded
    errorpages.setup(app)
    wiring.setup(app)
    app.wsgi_app = pagecache.FrontDoor(app, app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = assets.wrap(app.wsgi_app, built)  # type: ignore[method-assign,assignment]
    _trust_proxies(app, config.trusted_proxies)
    return app


def _flask_settings(config: "Config", secret_key: bytes) -> dict[str, Any]:
    return {
        "SECRET_KEY": secret_key,
        "SESSION_COOKIE_NAME": "__Host-engage" if config.secure else "engage",
        "SESSION_COOKIE_SECURE": config.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=180),
        "MAX_CONTENT_LENGTH": 25 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "MAX_FORM_PARTS": 200,
        "WTF_CSRF_TIME_LIMIT": None,
        # Pages behind a secret link send no referrer, and some phones never do: the token is
        # tied to a cookie that no other site can set (`__Host-`).
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_I18N_ENABLED": False,
    }


def _set_up_templates(app: "Engage", built: "Assets") -> None:
    from engage.core import assets, fragments, i18n

    environment: Any = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(i18n._, i18n.ngettext, newstyle=True)
    environment.globals.update(
        _=i18n.shown,
        gettext=i18n.shown,
        label=i18n.label,
        date_long=i18n.date_long,
        month_name=i18n.month_name,
        date_short=i18n.date_short,
        moment=i18n.moment,
        ago=i18n.ago,
        asset=built.address,
        icon=assets.icons(built),
        fragment=fragments.Fragments(environment),
    )


def _trust_proxies(app: "Engage", hops: int) -> None:
    """Believe the forwarding headers of as many proxies as the settings name, and no others."""
    if not hops:
        return
    from werkzeug.middleware.proxy_fix import ProxyFix

    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
