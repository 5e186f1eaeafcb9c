"""`reporter keys`: private keys that approvals are signed with."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import options, passphrases
from reporter.cli.talk import Talk


@click.group()
def keys() -> None:
    """Make and show the private keys that approvals are signed with.

    A key is an encrypted file of yours. Its public half goes into the archive's
    policy, which says what its holder may approve.
    """


@keys.command()
@click.argument("name")
@passphrases.folder
@click.option("--keyring", is_flag=True, help="Keep the passphrase in the system's keyring too.")
@options.loudness
@click.pass_obj
def new(talk: Talk, *, name: str, keys: Path | None, keyring: bool) -> None:
    """Make a private key and print its public half for the policy.

    The passphrase is asked for twice, or taken from REPORTER_PASSPHRASE. Without
    it the key is worth nothing: nobody can recover it.
    """
    from reporter import keychain
    from reporter.archive import keys as logic

    folder = passphrases.folder_of(keys)
    logic.check_free(folder, name)
    words = passphrases.new(name)
    before = (lambda public: keychain.keep(public, words)) if keyring else None
    click.echo(_line(logic.make(folder, name, words, before)))
    talk.say(f"The private key is {folder / name}.pem. Put the line above into the policy.")


@keys.command("list")
@passphrases.folder
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_KEYS_LIST_JSON",
    help="Print the list as JSON.",
)
@options.loudness
@click.pass_obj
def listing(talk: Talk, *, keys: Path | None, as_json: bool) -> None:
    """List the private keys there are, with their public halves."""
    from reporter.archive import keys as logic
    from reporter.contract import dump
    from reporter.errors import EXIT_ERROR, ArchiveError

    folder, found, broken = passphrases.folder_of(keys), {}, 0
    for name in logic.names(folder):
        try:
            found[name] = logic.public(folder, name)
        except ArchiveError as error:
            broken += 1
            talk.fail(str(error))
    if as_json:
        click.echo(dump({"keys": [{"name": n, "key": k} for n, k in found.items()]}), nl=False)
    else:
        wide = max(map(len, found), default=0)
        click.echo("".join(f"{name.ljust(wide)}  {key}\n" for name, key in found.items()), nl=False)
    if not found and not broken:
        talk.say(f"No key lies in {folder}. Make one: reporter keys new NAME.")
    if broken:
        click.get_current_context().exit(EXIT_ERROR)


@keys.command()
@click.argument("name")
@passphrases.folder
@options.loudness
def show(name: str, keys: Path | None) -> None:
    """Print the public half of a key, as it stands in a policy."""
    from reporter.archive import keys as logic

    click.echo(_line(logic.public(passphrases.folder_of(keys), name)))


def _line(public: str) -> str:
    return f'key = "{public}"'
