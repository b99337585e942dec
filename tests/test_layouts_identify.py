"""Which layout a file is: by names, exactly one, or an error that says what it might be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.dialect import FileRefused, Header, Text, header_candidates
from connectors.identify import identify
from connectors.layouts import Layout, file_layouts, parse_layout

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"


def one(name: str, columns: str, more: str = "") -> Layout:
    return parse_layout(
        f'/*\nexchange = "x"\ntitle = "{name}"\none_row = "x"\n{more}\n[columns]\n{columns}\n*/\nSELECT 1', f"x/{name}"
    )


LEDGER = one("ledger", 'id = "text"\ntime = "time"\namount = "number"')
WIDER = one("wider", 'id = "text"\ntime = "time"\namount = "number"\nfee = "number"')
OTHER = one("other", 'id = "text"\ntime = "time"\namount = "number"\nside = "text"')
DEPOSITS = one("deposits", 'id = "text"\ntime = "time"\namount = "number"', "file_name = 'deposit'")
WITHDRAWALS = one("withdrawals", 'id = "text"\ntime = "time"\namount = "number"', "file_name = 'withdraw'")
MILLIS = one("millis", 'id = "text"\ntime = "unix_ms"\namount = "number"')
MORE = one("more", 'id = "text"\ntime = "time"\namount = "number"\nnote = "text?"')


def found(header: str, layouts: Sequence[Layout], file: str = "file.csv", rows: Sequence[Sequence[str]] = ()) -> str:
    headers = [Header(1, ",", False, tuple(header.split(",")))]
    return identify(file, headers, layouts, lambda _: rows).layout.title


def test_the_layout_that_reads_more_wins() -> None:
    assert found("id,time,amount,fee", [LEDGER, WIDER]) == "wider"
    assert found("id,time,amount,fee", [WIDER, LEDGER]) == "wider"
    assert found("id,time,amount", [WIDER, LEDGER]) == "ledger"


def test_optional_columns_decide_between_equals() -> None:
    assert found("id,time,amount,note", [LEDGER, MORE]) == "more"


def test_values_decide_then_the_file_name() -> None:
    assert found("id,time,amount", [LEDGER, MILLIS], rows=[["1", "1757000000123", "2"]]) == "millis"
    assert found("id,time,amount", [LEDGER, MILLIS], rows=[["1", "2024-03-01 10:00:00", "2"]]) == "ledger"
    assert found("id,time,amount", [DEPOSITS, WITHDRAWALS], "my-Withdrawals.csv") == "withdrawals"


def test_a_tie_lists_the_candidates() -> None:
    with pytest.raises(
        FileRefused, match=r"it may be any of: x/deposits \(deposits\), x/withdrawals \(withdrawals\); say which"
    ):
        found("id,time,amount", [DEPOSITS, WITHDRAWALS])
    with pytest.raises(FileRefused, match="x/wider"):
        found("id,time,amount,fee,side", [LEDGER, WIDER, OTHER])


def test_names_come_before_former_names() -> None:
    aliased = one("a", 'id = "text"\ntime = { type = "time", names = ["UTC_Time", "Date"] }')
    headers = [Header(1, ",", False, ("Date", "ID", "utc_time", "Time"))]
    assert identify("f", headers, [aliased], lambda _: []).at == {"id": 1, "time": 2}


def test_a_pattern_finds_a_varying_name() -> None:
    dated = one("a", 'id = "text"\ndate = { type = "time", match = \'^Date\\(UTC\' }')
    assert identify("f", [Header(1, ",", False, ("Date(UTC+1)", "id"))], [dated], lambda _: []).at == {"id": 1, "date": 0}


def test_the_nearest_layout_and_what_differs_are_named() -> None:
    with pytest.raises(FileRefused) as caught:
        found("id,when,amount,fee", [WIDER, OTHER])
    assert caught.value.line == 1
    assert caught.value.why == "nearest is x/wider (wider), but column time is missing; it has when instead"


def test_a_header_is_looked_for_below_a_preamble(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text('Report, made for you\n"a; b"\n\nid;time;amount\n1;2;3\n')
    match = identify("f", header_candidates(Text(path, "utf-8", 5, False)), [LEDGER], lambda _: [])
    assert match.header == Header(4, ";", False, ("id", "time", "amount"))


@pytest.mark.parametrize(
    ("sample", "layout"),
    [
        ("daybook/kraken_01.csv", "kraken/ledgers_csv"),
        ("fiscafacile/simulation-bitcoin-fr.csv", "kraken/ledgers_csv"),
        ("daybook/binance_01.csv", "binance/transaction_history_csv"),
        ("wenbenz-CryptoTax/binance.csv", "binance/transaction_history_csv"),
    ],
)
def test_files_found_in_the_open(sample: str, layout: str) -> None:
    path = SAMPLES / sample
    if not path.exists():
        pytest.skip("the collection of samples is not here")
    text = Text(path, "utf-8", 0, False)
    assert identify(path.name, header_candidates(text), file_layouts(), lambda _: []).layout.id == layout
