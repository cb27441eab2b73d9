"""Loads the incidents' part of a contract file: tiles, categories, kinds, routing."""

from typing import Any

from engage.core.contractrows import Loader
from engage.incidents.models import (
    Circuit,
    IncidentCategory,
    IncidentKind,
    RoutingRule,
    RoutingTarget,
    Tile,
)
from engage.territory.contract import codes_of
from engage.territory.models import Organisation


def load(loader: Loader, data: dict[str, Any]) -> None:
    """Insert or update tiles, categories, kinds and routing rules by code."""
    tiles = {
        row["code"]: loader.put(
            Tile,
            row["code"],
            {"label": row["label"], "icon": row["icon"], "position": row["position"]},
        ).id
        for row in data["tiles"]
    }
    categories = {
        row["code"]: loader.put(
            IncidentCategory, row["code"], {"label": row["label"], "position": row["position"]}
        ).id
        for row in data["incident_categories"]
    }
    for row in data["incident_kinds"]:
        _kind(loader, row, tiles, categories)
    load_routing(loader, data["routing"])


def load_routing(loader: Loader, rows: list[dict[str, Any]]) -> None:
    """Rules by (kind × land ownership); a demo file replaces some of the contract's."""
    kinds = codes_of(loader, IncidentKind)
    organisations = codes_of(loader, Organisation)
    for row in rows:
        loader.put(
            RoutingRule,
            f"{row['kind']}/{row['land_ownership']}",
            {
                "target": RoutingTarget(row["target"]),
                "organisation_id": organisations.get(row.get("organisation") or ""),
            },
            kind_id=kinds[row["kind"]],
            land_ownership=row["land_ownership"],
        )


def _kind(
    loader: Loader, row: dict[str, Any], tiles: dict[str, int], categories: dict[str, int]
) -> None:
    values = {
        "category_id": categories[row["category"]],
        "tile_id": tiles.get(row["tile"] or ""),
        "tile_position": row["tile_position"],
        "label": row["label"],
        "resident_label": row["resident_label"] or row["label"],
        "advice": row["advice"] or {},
        "circuit": Circuit(row["circuit"]),
        "redirect_to": row["redirect_to"],
        **{
            name: row[name]
            for name in (
                "ack_days",
                "ack_hours",
                "resolve_days",
                "resolve_hours",
                "no_target",
                "urgent",
                "photo_on_close",
                "is_thanks",
            )
        },
    }
    loader.put(IncidentKind, row["code"], values)
