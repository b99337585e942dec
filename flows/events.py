"""What happens in the lake as events of Prefect, for whoever builds automations of their own on them."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.events import emit_event

from store.incidents import Change

FRESH = "gapless.connection.fresh"
"""A sync ended well; its absence is watched by an automation."""


def tell_changes(changes: Iterable[Change]) -> None:
    """`gapless.incident.opened`, `.cause`, `.bridged`, `.unbridged`, `.reopened`, `.closed`."""
    for change in changes:
        one = change.incident
        emit_event(
            event=f"gapless.incident.{change.step}",
            resource={
                "prefect.resource.id": f"gapless.incident.{one.id}",
                "prefect.resource.name": f"{one.connection} {one.kind}",
            },
            related=[_connection(one.connection, "connection")],
            payload={"connection": one.connection, "kind": one.kind, "causes": list(one.causes), "detail": change.detail},
        )


def tell_fresh(connection: str) -> None:
    emit_event(
        event=FRESH, resource={"prefect.resource.id": f"gapless.connection.{connection}", "prefect.resource.name": connection}
    )


def _connection(name: str, role: str) -> dict[str, str]:
    return {"prefect.resource.id": f"gapless.connection.{name}", "prefect.resource.role": role}
