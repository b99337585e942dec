"""What a file shows of its period: a balance that continues shows nothing of the assets that the export leaves out."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import UNTIL, export_file

Row = dict[str, str]


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=11, size=120, until=UNTIL)
        return export_file(tmp_path_factory.mktemp("exports"), account, "ledgers")


def only(path: Path, folder: Path, wanted: Callable[[Row], bool]) -> Path:
    """The lines of an export that are wanted, as if its exchange had been asked for them alone."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        rows = [row for row in reader if wanted(row)]
    target = folder / "some.csv"
    with target.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    assert rows
    return target


def basis(lake: Lake, path: Path) -> str | None:
    return pipeline.preview_file(lake, "main", path, None, pipeline.utc_now()).basis


@pytest.fixture
def files(lake: Lake) -> Lake:
    pipeline.connect(lake, KeyStore(lake.settings), "kraken", "main", {}, by_files=True)
    return lake


def traded(path: Path) -> list[str]:
    """The asset traded most seldom, and the one traded most often."""
    with path.open(newline="") as file:
        count = Counter(row["asset"] for row in csv.DictReader(file) if row["type"] == "trade" and float(row["amount"]))
    often = [asset for asset, _ in count.most_common()]
    return [often[-1], often[0]]


def test_a_file_of_all_assets_is_whole_by_its_balances(files: Lake, ledgers: Path) -> None:
    assert basis(files, ledgers) == "running_balance"


def test_a_file_of_one_asset_is_not(files: Lake, ledgers: Path, tmp_path: Path) -> None:
    """Nor one that leaves a single asset out: its trades have one side only."""
    for asset in traded(ledgers):
        assert basis(files, only(ledgers, tmp_path, lambda row, asset=asset: row["asset"] == asset)) is None  # type: ignore[misc]
        assert basis(files, only(ledgers, tmp_path, lambda row, asset=asset: row["asset"] != asset)) is None  # type: ignore[misc]


def test_what_the_api_told_and_the_file_does_not_name_is_left_out(files: Lake, tmp_path: Path) -> None:
    path = tmp_path / "quiet.csv"
    path.write_text(
        "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
        "L1,R1,2024-01-01 09:00:00,deposit,,currency,ZEUR,1000.00,0,1000.00\n"
        "L2,R2,2024-03-01 09:00:00,withdrawal,,currency,ZEUR,-200.00,0,800.00\n"
    )
    assert basis(files, path) == "running_balance"
    told = (
        "INSERT INTO lake.core.rows BY NAME SELECT 'main' AS connection, 'page' AS source, 'api' AS origin, 'ledger' AS stream,"
        " 'all' AS scope, 1 AS line, 0 AS part, 'movement' AS grain, 'ledger' AS namespace, ? AS row_id,"
        " ?::TIMESTAMPTZ AS occurred_at, ? AS in_asset, 1 AS in_amount"
    )
    files.con.execute(told, ["LA", "2024-02-01 00:00:00+00", "EUR"])
    files.con.execute(told, ["LB", "2024-04-01 00:00:00+00", "BTC"])  # not in the file's time
    assert basis(files, path) == "running_balance"
    files.con.execute(told, ["LC", "2024-02-02 00:00:00+00", "BTC"])
    assert basis(files, path) is None


def test_a_trade_so_small_that_one_side_is_nothing_does_not_spoil_the_proof(files: Lake, tmp_path: Path) -> None:
    path = tmp_path / "tiny.csv"
    path.write_text(
        "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
        "L1,R1,2024-01-01 09:00:00,deposit,,currency,XXBT,1.0000000000,0,1.0000000000\n"
        "L2,T2,2024-02-01 09:00:00,trade,,currency,XXBT,-0.0000000001,0,0.9999999999\n"
        "L3,T2,2024-02-01 09:00:00,trade,,currency,ZEUR,0.0000,0,0.0000\n"
        "L4,R4,2024-03-01 09:00:00,withdrawal,,currency,XXBT,-0.5000000000,0,0.4999999999\n"
    )
    assert basis(files, path) == "running_balance"


def test_nobody_can_vouch_for_lines_that_were_not_understood(files: Lake, ledgers: Path, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.csv"
    path.write_text(ledgers.read_text() + '"L1","R1","someday"\n')
    preview = pipeline.preview_file(files, "main", path, None, pipeline.utc_now())
    assert (preview.basis, preview.reading.quarantined) == (None, 1)
    pipeline.import_file(files, preview, pipeline.utc_now(), confirmed_by_owner=True)
    assert files.con.execute("SELECT basis FROM lake.main.uploads").fetchall() == [(None,)]
    assert files.con.execute("SELECT count(*) FROM lake.main.coverage").fetchone() == (0,)
