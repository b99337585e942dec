"""API and CSV are one truth: whatever is told of an account, in whatever parts and order, the lake is the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors import register
from store.merge import DERIVED_FINDINGS, Merged
from tests.accounts import booked, lake_balances, lake_legs, normal, sync, true_balances, true_legs
from tests.mixtures import BOUNDS, NAME, Api, Cut, Mixture, Source, World, api_parts, covers, cuts, mixtures, world

KINDS = {
    "binance": ("statement", "new_statement", "trades", "grouped_trades", "deposits", "withdrawals"),
    "coinbase": ("transactions", "transactions_own_ids", "transactions_2025", "transactions_2023"),
    "kraken": ("ledgers", "trades"),
}
BOOKING = {"binance": ("statement", "new_statement"), "coinbase": KINDS["coinbase"], "kraken": ("ledgers",)}
"""The exports that tell every change of every balance."""
NAMELESS = {"binance": ("statement", "trades"), "coinbase": ("transactions_2023", "transactions_own_ids")}
"""Exports without the exchange's ids: rows that are alike in one second can only be counted."""
FILLS = {"binance": ("trades", "grouped_trades")}
"""Exports of fills that book by themselves."""
STREAMS = {
    exchange: tuple(stream.name for stream in register.find(exchange).streams if not stream.snapshot) for exchange in KINDS
}
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")

Sources = Callable[[str], st.SearchStrategy[tuple[Source, ...]]]


def with_api(exchange: str) -> st.SearchStrategy[tuple[Source, ...]]:
    files = st.lists(cuts(KINDS[exchange]), min_size=1, max_size=4)
    return st.builds(lambda api, some: (*api, *some), api_parts(STREAMS[exchange]), files)


def files_that_cover(exchange: str) -> st.SearchStrategy[tuple[Source, ...]]:
    files = st.lists(cuts(KINDS[exchange]), max_size=2)
    return st.builds(lambda whole, some: (*whole, *some), covers(BOOKING[exchange]), files)


def fragments(exchange: str) -> st.SearchStrategy[tuple[Source, ...]]:
    api = st.lists(st.sampled_from(STREAMS[exchange]), unique=True, max_size=2)
    files = st.lists(cuts(KINDS[exchange]), min_size=1, max_size=4)
    return st.builds(lambda streams, some: (*([Api(tuple(streams))] if streams else []), *some), api, files)


MIXED: dict[str, Sources] = {"with api": with_api, "files that cover": files_that_cover, "fragments": fragments}


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account by exchange, seed, size and, where it is squeezed, seconds."""
    with world(tmp_path_factory.mktemp("mixtures"), *request.param) as made:
        yield made


def accounts(*given: tuple[int, ...], exchanges: tuple[str, ...] = tuple(KINDS)) -> pytest.MarkDecorator:
    """given: seed, size and, where it is squeezed, seconds."""
    chosen = [pytest.param((exchange, *one), id=f"{exchange}-{one[0]}") for exchange in exchanges for one in given]
    return pytest.mark.parametrize("told", chosen, indirect=True)


def examples(count: int) -> settings:
    return settings(
        max_examples=count, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


mixed = pytest.mark.parametrize("sources", MIXED.values(), ids=MIXED.keys())


@accounts((5, 40))
def test_a_mixture(told: World) -> None:
    keeps_the_law(told, told_in_full_disorder(told.exchange))


@accounts((5, 40), exchanges=("binance",))
def test_fills_without_ids_are_counted(told: World) -> None:
    arrivals: tuple[Source, ...] = (Cut("trades", 0, 5), Cut("grouped_trades", 3, 8), Cut("trades", 2, 7))
    mixture = Mixture(arrivals, detours=(), others=arrivals[::-1])
    keeps_the_law(told, mixture)
    told.tell_all(arrivals)
    assert lake_legs(told.con, NAME) == fills_told(told, mixture)


@pytest.mark.slow
@accounts((6, 60, 30))
@mixed
@examples(4)
@given(data=st.data())
def test_mixtures(told: World, sources: Sources, data: st.DataObject) -> None:
    keeps_the_law(told, data.draw(mixtures(sources(told.exchange))))


@pytest.mark.proof
@pytest.mark.timeout(6 * 60 * 60)
@accounts((11, 150), (12, 100, 10), (13, 100, 100))
@mixed
@examples(100)
@given(data=st.data())
def test_very_many_mixtures(told: World, sources: Sources, data: st.DataObject) -> None:
    keeps_the_law(told, data.draw(mixtures(sources(told.exchange))))


@accounts((5, 40), exchanges=("binance", "coinbase"))
def test_a_file_cut_inside_a_second_loses_nothing_in_silence(told: World) -> None:
    kind = NAMELESS[told.exchange][0]
    lines = inside_a_second(told.file(Cut(kind)))
    cut_inside_a_second(told, kind, lines[len(lines) // 2])


@pytest.mark.slow
@accounts((6, 60, 30), exchanges=("binance", "coinbase"))
def test_files_cut_inside_a_second_lose_nothing_in_silence(told: World) -> None:
    for kind in NAMELESS[told.exchange]:
        lines = inside_a_second(told.file(Cut(kind)))
        for line in lines[:: max(1, len(lines) // 4)]:
            cut_inside_a_second(told, kind, line)


@pytest.mark.slow
@accounts((5, 60))
def test_a_sync_between_files_is_the_api_among_them(told: World) -> None:
    """What is told again of the API elsewhere in here is what a sync tells, also where files came before it."""
    kinds = KINDS[told.exchange]
    before, after = (Cut(kinds[0], 0, 4), Cut(kinds[1], 2, 7)), Cut(kinds[0], 3, 8)
    told.tell_all(before)
    outcome = sync(told.lake, NAME)
    told.tell(after)
    assert (outcome.ok, outcome.differences) == (True, ())
    assert lake_legs(told.con, NAME) == normal(true_legs(told.account.history))
    found = told.found()
    told.tell_all([after, *before, Api(STREAMS[told.exchange])])
    assert told.found() == found


@pytest.mark.slow
@accounts((5, 60))
def test_whole_exports_beside_the_api_say_nothing_new(told: World) -> None:
    told.tell_all([Api(STREAMS[told.exchange])])
    alone = ids_of(told)
    for kind in KINDS[told.exchange]:
        told.tell(Cut(kind))
    assert ids_of(told) == alone
    assert told.found()[-1] == []


def ids_of(told: World) -> list[tuple[object, ...]]:
    return told.con.execute("SELECT tx_id FROM lake.core.transactions ORDER BY 1").fetchall()


def told_in_full_disorder(exchange: str) -> Mixture:
    """Half of the API, overlapping and touching files, one taken back, the other half, the file again; then all of it backwards."""
    kinds, streams = KINDS[exchange], STREAMS[exchange]
    middle = len(streams) // 2
    arrivals: tuple[Source, ...] = (
        Cut(kinds[1]), Cut(kinds[0], 0, 3), Api(streams[middle:]), Cut(BOOKING[exchange][-1], 2, 6), Api(streams[:middle])
    )  # fmt: skip
    return Mixture(arrivals, detours=((3, 1),), others=arrivals[::-1])


def keeps_the_law(told: World, mixture: Mixture) -> None:
    """Truth; order, repetition and undo decide nothing; incremental is from scratch."""
    told.live_through(mixture)
    found = told.found()
    history = told.account.history
    if tells_all_by_api(told, mixture):
        assert lake_legs(told.con, NAME) == normal(true_legs(history))
    if tells_all(told, mixture):
        assert lake_balances(told.con, NAME) == true_balances(history)
    assert fills_told(told, mixture) <= lake_legs(told.con, NAME)
    assert told.rebuild() == Merged(new=0, known=0, changed=0, removed=0)
    assert told.found() == found
    told.tell_all(mixture.others)
    assert told.found() == found


def tells_all_by_api(told: World, mixture: Mixture) -> bool:
    streams = {stream for source in mixture.arrivals if isinstance(source, Api) for stream in source.streams}
    return streams == set(STREAMS[told.exchange])


def tells_all(told: World, mixture: Mixture) -> bool:
    """Whether the API, or files without a hole in time, tell every change of every balance."""
    booking = [source for source in mixture.arrivals if isinstance(source, Cut) and source.kind in BOOKING[told.exchange]]
    reached = 0
    for cut in sorted(booking, key=lambda cut: cut.start):
        if cut.start <= reached:
            reached = max(reached, cut.end)
    return reached == BOUNDS or tells_all_by_api(told, mixture)


def fills_told(told: World, mixture: Mixture) -> Counter[tuple[str, str, Decimal]]:
    """The legs of every fill that a file of fills tells to the last digit, however often it happened in one second."""
    cuts = [source for source in mixture.arrivals if isinstance(source, Cut) and source.kind in FILLS.get(told.exchange, ())]
    spans = [(told.bounds[cut.start], told.bounds[cut.end]) for cut in cuts]
    events = [
        event
        for event in told.account.history.events
        if event.what == "order"
        and any((not start or event.at >= start) and (not end or event.at < end) for start, end in spans)
    ]
    return normal(Counter(leg for event in events for leg in booked(told.exchange, event)))


def cut_inside_a_second(told: World, kind: str, line: int) -> None:
    """Of two files that part a second, nothing goes missing without a finding; with the API all is true."""
    path = told.file(Cut(kind))
    told.tell_all([Cut(kind)])
    whole = lake_balances(told.con, NAME)
    told.empty()
    for half in halves(path, line):
        told.tell_file(half)
    second = TIME.findall(path.read_text(encoding="utf-8-sig").splitlines()[line])[0].replace("T", " ")
    found = told.con.execute(
        "SELECT count(*) FROM lake.ops.findings WHERE list_contains(?, kind) AND ?::TIMESTAMP AT TIME ZONE 'UTC'"
        " BETWEEN date_trunc('second', from_at) AND to_at",
        [list(DERIVED_FINDINGS), second],
    ).fetchone()
    assert lake_balances(told.con, NAME) == whole or found != (0,)
    told.tell(Api(STREAMS[told.exchange]))
    assert lake_legs(told.con, NAME) == normal(true_legs(told.account.history))


def inside_a_second(path: Path) -> list[int]:
    """Lines before which a file can be cut so that both sides have rows of the same second."""
    times = [TIME.findall(line)[:1] for line in path.read_text(encoding="utf-8-sig").splitlines()]
    return [n for n in range(1, len(times)) if times[n] and times[n] == times[n - 1]]


def halves(path: Path, line: int) -> list[Path]:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    header = next(n for n, text in enumerate(lines) if TIME.search(text))
    made = []
    for name, rows in (("before", lines[header:line]), ("after", lines[line:])):
        made.append(path.with_name(f"{path.stem}-{name}-{line}.csv"))
        made[-1].write_text("".join([*lines[:header], *rows]), encoding="utf-8")
    return made
