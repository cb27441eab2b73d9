"""Engage, the participation platform of a contrat de ville; `create_app` joins all parts."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engage.core.config import Config
    from engage.core.web import Engage


def create_app(config: "Config | None" = None) -> "Engage":
    """The web application of one town; settings come from the environment unless given."""
    from flask_wtf import CSRFProtect

    from engage import wiring
    from engage.accounts import gate
    from engage.core import assets, errorpages, i18n, web
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
    app.config.update(
        SECRET_KEY=app.services.secret_key,
        SESSION_COOKIE_NAME="__Host-engage" if config.secure else "engage",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=180),
        MAX_CONTENT_LENGTH=25 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
    )
    built = assets.ensure(ROOT / "static", ROOT / "static" / "dist")
    app.config["BUILD"] = wiring.build_mark(built)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n._, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        asset=built.address,
        label=i18n.label,
        date_long=i18n.date_long,
        date_short=i18n.date_short,
        moment=i18n.moment,
        ago=i18n.ago,
        _=i18n.shown,
        gettext=i18n.shown,
        icon=assets.icons(built),
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    web.setup(app)
    CSRFProtect(app)
    app.before_request(web.prepare_photos)
    gate.setup(app, public_endpoints=wiring.PUBLIC_ENDPOINTS)
    errorpages.setup(app)
    wiring.setup(app)
    app.wsgi_app = assets.wrap(app.wsgi_app, built)  # type: ignore[method-assign,assignment]
    if config.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
