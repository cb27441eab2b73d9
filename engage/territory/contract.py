"""Loads the territory's part of a contract file."""

from datetime import date
from typing import Any

from engage.core.contractrows import Loader
from engage.territory.models import (
    Action,
    Axis,
    ContactPerson,
    Neighbourhood,
    Organisation,
    Place,
    Town,
)

Codes = dict[str, int]


def load(loader: Loader, data: dict[str, Any]) -> None:
    """Insert or update every row of the contract by its code."""
    _town(loader, data)
    organisations = {o["code"]: _organisation(loader, o, demo=False) for o in data["organisations"]}
    hoods = _neighbourhoods(loader, data, organisations)
    axes = {
        row["code"]: loader.put(
            Axis,
            row["code"],
            {"title": row["label"], "short_title": row["short_label"], "position": position},
        ).id
        for position, row in enumerate(data["axes"], 1)
    }
    for row in data["actions"]:
        _action(loader, row, axes)
    load_places(loader, data["places"], hoods, organisations, demo=False)


def load_demo(loader: Loader, data: dict[str, Any]) -> None:
    """Insert the fictive organisations and places, and the fictive values on contract places."""
    organisations = codes_of(loader, Organisation)
    for row in data["organisations"]:
        organisations[row["code"]] = _organisation(loader, row, demo=True)
        _contacts(loader, row, organisations[row["code"]])
    load_places(loader, data["places"], codes_of(loader, Neighbourhood), organisations, demo=True)
    for row in data["place_overrides"]:
        place = loader.db.query(Place).filter_by(code=row["place"]).one()
        place.lat, place.lon = row["lat"], row["lon"]
        place.land_ownership = row["land_ownership"]
        place.owner_id = organisations.get(row.get("owner") or "")


def codes_of(loader: Loader, model: Any) -> Codes:
    """The id of each code of a table."""
    return {row.code: row.id for row in loader.db.query(model)}


def load_places(
    loader: Loader, rows: list[dict[str, Any]], hoods: Codes, organisations: Codes, *, demo: bool
) -> None:
    """Places in the file's order: a parent comes before its children."""
    known = codes_of(loader, Place)
    start = len(known) if demo else 0
    for position, row in enumerate(rows, start + 1):
        values = {
            "name": row["name"],
            "neighbourhood_id": hoods[row["neighbourhood"]],
            "parent_id": known[row["parent"]] if row["parent"] else None,
            "kind": row["kind"],
            "land_ownership": row["land_ownership"],
            "owner_id": organisations[row["owner"]] if row["owner"] else None,
            "lat": row["lat"],
            "lon": row["lon"],
            "position": position,
            "is_demo": demo,
        }
        known[row["code"]] = loader.put(Place, row["code"], values).id


def _town(loader: Loader, data: dict[str, Any]) -> None:
    town = data["town"]
    loader.put(
        Town,
        town["code"],
        {
            "name": town["name"],
            "tagline": town["tagline"],
            "contract_title": town["contract_title"],
            "phone_region": town["phone_region"],
            "legal": town["legal"],
            "charter": [rule["text"] for rule in data["charter"]],
            "contacts_to_call": data["contacts_to_call"],
        },
    )


def _organisation(loader: Loader, row: dict[str, Any], *, demo: bool) -> int:
    signed_on = row.get("signed_on")
    values = {
        "name": row["name"],
        "short_name": row["short_name"],
        "kind": row["kind"],
        "is_signatory": row["is_signatory"],
        "signed_on": date.fromisoformat(signed_on) if signed_on else None,
        "role_note": row.get("role_note") or "",
        "on_call_phone": row.get("on_call_phone") or "",
        "is_demo": demo,
    }
    return loader.put(Organisation, row["code"], values).id


def _contacts(loader: Loader, row: dict[str, Any], organisation_id: int) -> None:
    for contact in row["contacts"]:
        loader.put(
            ContactPerson,
            contact["code"],
            {"name": contact["name"], "phone": contact["phone"]},
            organisation_id=organisation_id,
            email=contact["email"],
        )


def _neighbourhoods(loader: Loader, data: dict[str, Any], organisations: Codes) -> Codes:
    found: Codes = {}
    for position, row in enumerate(data["neighbourhoods"], 1):
        values = {
            "name": row["name"],
            "commune": row["commune"],
            "commune_organisation_id": organisations[row["commune_organisation"]],
            "kind": row["kind"],
            "priority": row["priority"],
            "aliases": row["aliases"],
            "position": position,
        }
        found[row["code"]] = loader.put(Neighbourhood, row["code"], values).id
    return found


def _action(loader: Loader, row: dict[str, Any], axes: Codes) -> None:
    values = {
        "number": row["number"],
        "axis_id": axes[row["axis"]],
        "label": row["label"],
        "short_label": row["short_label"],
        "theme": row["theme"] or "",
        "keywords": row["keywords"],
    }
    loader.put(Action, row["code"], values)
