"""Coverage as a picture: the worst on top, a short gap still seen, the same in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Window
from serve.page.coverage_picture import Piece, left_edge, strip

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
BEGINS = datetime(2016, 1, 1, tzinfo=UTC)


def scope(*claims: tuple[datetime, datetime, str]) -> dict[str, Any]:
    froms, tos, bases = zip(*claims, strict=True) if claims else ((), (), ())
    return {"from_ats": list(froms), "to_ats": list(tos), "bases": list(bases)}


def gap(start: datetime, end: datetime) -> dict[str, Any]:
    return {"from_at": start, "to_at": end}


def windows(pieces: tuple[Piece, ...], layer: str) -> list[Window]:
    return [piece.window for piece in pieces if piece.layer == layer]


def test_a_moment_is_shown_by_its_weakest_basis() -> None:
    stop, end = NOW - timedelta(days=60), NOW - timedelta(days=20)
    whole = scope((BEGINS, NOW, "paged"))
    bridged = scope((BEGINS, stop, "paged"), (stop - timedelta(days=1), end, "overlap"))
    vouched = scope((BEGINS, end, "paged"), (end, NOW, "owner"))
    pieces = strip("kraken-main", [whole, bridged, vouched], [gap(end, NOW)], BEGINS, NOW).pieces
    assert windows(pieces, "api") == [Window(BEGINS, NOW)]
    assert windows(pieces, "file") == [Window(stop, NOW)]
    assert windows(pieces, "owner") == [Window(end, NOW)]
    assert windows(pieces, "gap") == [Window(end, NOW)]
    assert [piece.layer for piece in pieces] == ["api", "file", "owner", "gap"]


def test_two_days_in_ten_years_are_still_seen_and_end_today() -> None:
    drawn = strip("kraken-main", [scope((BEGINS, NOW, "paged"))], [gap(NOW - timedelta(days=2), NOW)], BEGINS, NOW)
    (piece,) = (piece for piece in drawn.pieces if piece.layer == "gap")
    assert piece.width == "0.70%"
    assert float(piece.left[:-1]) + float(piece.width[:-1]) <= float(drawn.today[:-1]) + 0.01


def test_the_words_tell_what_the_picture_shows() -> None:
    whole = strip("kraken-main", [scope((BEGINS, NOW, "paged"))], [], BEGINS, NOW)
    assert whole.told == "Coverage of kraken-main from 1 Jan 2016 to today: nothing is missing."
    open_end = strip("kraken-main", [scope((BEGINS, NOW, "paged"))], [gap(NOW - timedelta(days=2), NOW)], BEGINS, NOW)
    assert open_end.told.endswith("missing is 12 Nov 2026, 09:05 to now (UTC).")


def test_a_strip_begins_in_the_year_of_the_first_thing_known_or_missing() -> None:
    first = datetime(2021, 5, 3, tzinfo=UTC)
    assert left_edge(BEGINS, first, [], NOW) == datetime(2021, 1, 1, tzinfo=UTC)
    assert left_edge(BEGINS, first, [gap(BEGINS, first)], NOW) == BEGINS
    assert left_edge(first, None, [], NOW) == datetime(2025, 1, 1, tzinfo=UTC)


def test_nothing_known_is_nothing_painted_but_the_gap() -> None:
    drawn = strip("new", [scope()], [gap(BEGINS, NOW)], BEGINS, NOW)
    assert [piece.layer for piece in drawn.pieces] == ["gap"]
