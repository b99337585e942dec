"""Keys by Prefect's own page: a form per connection. New keys typed there are tried by the next run, kept if they are good and
of the same account, and blanked in the form; wrong ones are told, and the old ones stay."""

from __future__ import annotations

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from pydantic import Field, SecretStr

from intake import typed_keys
from store import accounts, keep
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings

SLUG = "exchange-connection"
PARTS = {"api_key": "apiKey", "secret": "secret", "passphrase": "password", "user_id": "uid"}


class ExchangeConnection(Block):
    """New keys for one connection. Leave the fields empty unless you want to replace the keys; they are emptied once taken."""

    _block_type_name = "Exchange Connection"
    _block_type_slug = SLUG

    connection: str = Field(description="The connection's name in gapless; do not change it.")
    api_key: SecretStr | None = Field(default=None, title="API key", description="Of a key that can only read.")
    secret: SecretStr | None = Field(default=None, title="Secret", description="As it was shown when the key was made.")
    passphrase: SecretStr | None = Field(default=None, title="Passphrase", description="Only where the exchange asks for one.")
    user_id: SecretStr | None = Field(default=None, title="User ID", description="Only where the exchange asks for one.")

    def typed(self) -> dict[str, str]:
        """The credentials in the form, in ccxt's names."""
        given = {part: getattr(self, name) for name, part in PARTS.items()}
        return {
            part: value.get_secret_value().strip()
            for part, value in given.items()
            if value and value.get_secret_value().strip()
        }


def register_blocks() -> None:
    """Make the form known, and have one for each connection."""
    ExchangeConnection.register_type_and_schema()
    with open_lake(Settings()) as lake:
        tidy_forms(lake)


def tidy_forms(lake: Lake) -> None:
    """One form for each connection that is not disconnected, by its present name; what was typed under a former one moves along."""
    wanted = {one.name for one in accounts.every(lake.con) if one.state != "disconnected"}
    with get_client(sync_client=True) as client:
        standing = {str(one.data["connection"]): one for one in client.read_block_documents_by_type(SLUG)}
        left = {name: _find(name) for name in standing.keys() - wanted}
        for name in left:
            client.delete_block_document(standing[name].id)
    for name in sorted(wanted - standing.keys()):
        former = next((form for old, form in left.items() if accounts.called_now(lake.con, old) == name), None)
        kept = {part: getattr(former, part) for part in PARTS} if former else {}
        ExchangeConnection(connection=name, **kept).save(slug(name))


def offer_form(connection: str) -> None:
    if _find(connection) is None:
        ExchangeConnection(connection=connection).save(slug(connection))


def promote(lake: Lake, keys: KeyStore, connection: str) -> None:
    """Take keys that were typed into the connection's form; nothing happens where the form is empty or there is none."""
    form = _find(connection)
    given = form.typed() if form else {}
    if form is None or not given:
        return
    if typed_keys.promote(lake, keys, connection, given, _typed_at(connection)):
        ExchangeConnection(connection=connection).save(slug(connection), overwrite=True)


def slug(connection: str) -> str:
    """Prefect's names of blocks know small letters, digits and dashes only; what is lost of a name is made up by a digest of it."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in connection.lower()).strip("-")
    return plain if plain == connection else f"{plain}-{keep.digest(connection)[:8]}".strip("-")


def _find(connection: str) -> ExchangeConnection | None:
    try:
        form = ExchangeConnection.load(slug(connection))
    except ValueError:  # Prefect's word for a block that is not there
        return None
    return form if isinstance(form, ExchangeConnection) and form.connection == connection else None


def _typed_at(connection: str) -> str:
    """When the form was saved last."""
    with get_client(sync_client=True) as client:
        try:
            document = client.read_block_document_by_name(slug(connection), SLUG, include_secrets=False)
        except ObjectNotFound:
            return ""
    return document.updated.isoformat() if document.updated else ""
