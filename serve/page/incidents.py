"""Incidents: every trouble of every connection, what happened in it, and what its owner was told."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from serve.page.shell import Here, Row, Shell, Visitor
from store.incidents import SYSTEM

router = APIRouter()


@router.get("/incidents")
def incidents(request: Request, here: Here, visitor: Visitor, connection: str = "") -> Response:
    """All of them, or one connection's; who came by the link of an alert sees those of its connection alone."""
    name = visitor.connection if visitor.rights == "one" else connection
    if name == SYSTEM:  # the link of a digest, which is about several connections
        name = ""
    told = with_steps(here, here.rows("incidents", name=name or None, open_only=False), name or None)
    return here.render(
        request, "incidents.html", open=[one for one in told if one["state"] != "closed"],
        closed=[one for one in told if one["state"] == "closed"], only=name,
    )  # fmt: skip


def with_steps(here: Shell, incidents: list[Row], name: str | None) -> list[Row]:
    """Each incident with its `steps` and `messages`, oldest first."""
    steps, messages = here.rows("incident_steps", name=name), here.rows("deliveries", name=name)
    for one in incidents:
        one["causes"] = causes_in(one["causes"])
        one["steps"] = [step for step in steps if step["incident"] == one["incident"]]
        one["messages"] = [message for message in messages if message["incident"] == one["incident"]]
    return incidents


def causes_in(text: str | None) -> str:
    """The stored list of causes in the form that words are looked up by, `a or b`."""
    listed: Any = json.loads(text or "[]")
    return " or ".join(listed)
