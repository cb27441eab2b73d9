"""People: second steps, invitations, residence, tickets, consents, anonymised reports."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _widen_tables()
    _make_proofs()
    _make_fieldwork()
    _make_privacy()
    _make_journal_searchable()
    op.create_index("ix_outbox_messages_sent", "outbox_messages", ["channel", "sent_at"])
    _let_old_reports_be_anonymised()


def _widen_tables() -> None:
    """Plain ADD COLUMN, keys named as the models name them: nothing is copied or locked long."""
    for table, column in (
        ("people", "birth_year INTEGER"),
        ("people", "last_seen_on DATE"),
        ("people", _key("people", "merged_into_id", "people")),
        ("contact_points", "seen_on DATE"),
        ("mandates", "college VARCHAR(16)"),
        ("sign_ins", "opened_with VARCHAR(12) NOT NULL DEFAULT 'code'"),
        ("sign_ins", "device VARCHAR(60) NOT NULL DEFAULT ''"),
        ("sign_ins", "shared BOOLEAN NOT NULL DEFAULT FALSE"),
        ("sign_ins", f"second_step_at {_moment()}"),
        ("sign_ins", "second_step_with VARCHAR(12) NOT NULL DEFAULT ''"),
        ("sign_in_codes", f"proved_at {_moment()}"),
        ("sign_in_codes", _key("sign_in_codes", "person_id", "people")),
        ("consultations", "min_residence VARCHAR(12) NOT NULL DEFAULT 'declared'"),
        ("voting_codes", "people_proven INTEGER NOT NULL DEFAULT 0"),
        ("incidents", "anonymised_on DATE"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _moment() -> str:
    return "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"


def _key(table: str, column: str, target: str) -> str:
    return f"{column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer(), nullable=False)


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _make_proofs() -> None:
    op.create_table(
        "passwords",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(160), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        _points_to("passwords", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passwords")),
    )
    op.create_table(
        "authenticators",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.Column("last_counter", sa.Integer(), nullable=False),
        _points_to("authenticators", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_authenticators")),
    )
    op.create_table(
        "one_time_codes",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _points_to("one_time_codes", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint(
            "person_id", "kind", "position", name=op.f("uq_one_time_codes_person_id_kind_position")
        ),
    )
    op.create_table(
        "passkeys",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        _points_to("passkeys", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_person_id"), "passkeys", ["person_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("challenge_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenges")),
    )
    op.create_index(op.f("ix_passkey_challenges_expires_at"), "passkey_challenges", ["expires_at"])
    op.create_table(
        "invitations",
        _id(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _points_to("invitations", "person_id", "people"),
        _points_to("invitations", "invited_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_person_id"), "invitations", ["person_id"])
    op.create_table(
        "residence_proofs",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("attested_by_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("proven_on", sa.Date(), nullable=False),
        _points_to("residence_proofs", "person_id", "people"),
        _points_to("residence_proofs", "place_id", "places"),
        _points_to("residence_proofs", "attested_by_id", "people"),
        _points_to("residence_proofs", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residence_proofs")),
        sa.UniqueConstraint("person_id", "level", name=op.f("uq_residence_proofs_person_id_level")),
    )

    op.create_table(
        "departures",
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        _points_to("departures", "person_id", "people"),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_departures")),
    )
    op.create_index(op.f("ix_departures_person_id"), "departures", ["person_id"])


def _make_fieldwork() -> None:
    op.create_table(
        "tickets",
        _id(),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("word_hash", sa.String(64), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        _points_to("tickets", "issued_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index("ix_tickets_subject", "tickets", ["subject_type", "subject_id"])
    op.create_table(
        "enquiries",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("captured_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('web', 'paper', 'in_person', 'phone', 'walk', 'api')",
            name=op.f("ck_enquiries_channel"),
        ),
        _points_to("enquiries", "person_id", "people"),
        _points_to("enquiries", "captured_by_id", "people"),
        _points_to("enquiries", "answered_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiries")),
    )
    op.create_index(op.f("ix_enquiries_person_id"), "enquiries", ["person_id"])


def _make_privacy() -> None:
    op.create_table(
        "consents",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        _points_to("consents", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_person_id"), "consents", ["person_id"])
    op.create_table(
        "retained_identities",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        _points_to("retained_identities", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retained_identities")),
    )
    op.create_index(op.f("ix_retained_identities_person_id"), "retained_identities", ["person_id"])


def _make_journal_searchable() -> None:
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor_id", "at", "id"])
    op.create_index("ix_audit_entries_action", "audit_entries", ["action", "at", "id"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at", "id"])


MAY_BLANK = (
    "OLD.word <> '' AND NEW.word = '' AND NEW.id = OLD.id AND NEW.at = OLD.at"
    " AND NEW.incident_id = OLD.incident_id"
    " AND NEW.status = OLD.status"
    " AND NEW.organisation_id IS NOT DISTINCT FROM OLD.organisation_id"
    " AND NEW.scheduled_on IS NOT DISTINCT FROM OLD.scheduled_on"
)
"""The only change the history of a report allows: its words are removed, nothing else moves."""

IS_ANONYMOUS = (
    "EXISTS (SELECT 1 FROM incidents WHERE incidents.id = OLD.incident_id"
    " AND incidents.anonymised_on IS NOT NULL)"
)
"""The only history that may go: that of a report of which nothing but statistics was left."""


def _let_old_reports_be_anonymised() -> None:
    table, refuse = "incident_events", "incident_events is append-only"
    if op.get_bind().dialect.name == "sqlite":
        for act, allowed in (
            ("UPDATE", MAY_BLANK.replace("IS NOT DISTINCT FROM", "IS")),
            ("DELETE", IS_ANONYMOUS),
        ):
            name = f"{table}_append_only_{act.lower()}"
            op.execute(f"DROP TRIGGER {name}")
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN NOT ({allowed})"
                f" BEGIN SELECT RAISE(ABORT, '{refuse}'); END"
            )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN"
        f" IF TG_OP = 'UPDATE' AND {MAY_BLANK} THEN RETURN NEW; END IF;"
        f" IF TG_OP = 'DELETE' AND {IS_ANONYMOUS} THEN RETURN OLD; END IF;"
        f" RAISE EXCEPTION '{refuse}'; END $$"
    )
