"""What an engine does with peers, and with whole mailboxes."""

from __future__ import annotations

import os
from typing import Iterable, Iterator

from . import values
from ._base import Base, all_of, one_of
from ._mail import Octets, octets_of
from ._native import check, lib, to_bytes, to_optional_text, to_text
from ._options import to_number
from ._read import advice_of, peer_of, report_of
from ._scan import Callbacks, Cancel, OnProgress, open_scan, set_up
from ._words import PeerFilter, Word


class Peers(Base):
    """Peers, and the mailboxes that tell of them."""

    def peer(self, addr: str, *, account: str | None = None) -> values.Peer:
        """Looks a peer up, with the key history. Raises `NotFound` if nothing is remembered."""
        name, who = to_optional_text(account, "account"), to_text(addr, "addr")
        with self._handle as engine:
            return one_of(
                lambda output: lib.inbome_peer_get(engine, name, who, output),
                lib.inbome_peer_free,
                peer_of,
                engine,
            )

    def peers(
        self, account: str | None = None, *, which: PeerFilter = PeerFilter.WITH_KEY
    ) -> Iterator[values.Peer]:
        """Lists peers as they are now, sorted by account, then by the octets of the address,
        without their histories; those of all accounts unless one is named.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     mail = b"From: alice@example.org\\r\\nDate: 17 Dec 2016 09:58:05 +0100\\r\\n\\r\\n"
        ...     incoming = engine.process_incoming(mail)
        ...     [peer.addr for peer in engine.peers(which=inbome.PeerFilter.ALL)]
        ['alice@example.org']
        """
        name, number = to_optional_text(account, "account"), to_number(which, "which")
        with self._handle as engine:
            return all_of(
                self,
                lambda output: lib.inbome_peers(engine, name, number, output),
                lib.inbome_peer_iter_free,
                lib.inbome_peer_iter_next,
                peer_of,
                engine,
            )

    def forget_peer(self, addr: str, *, account: str | None = None) -> None:
        """Everything known of a peer up to now counts as not seen (Discovery §3.1)."""
        name, who = to_optional_text(account, "account"), to_text(addr, "addr")
        with self._handle as engine:
            check(lib.inbome_peer_forget(engine, name, who), engine)

    def set_word(
        self,
        addr: str,
        word: Word,
        *,
        fingerprint: str | None = None,
        account: str | None = None,
    ) -> None:
        """Sets the user's word about a peer, which comes before the rules (Discovery §7); also
        about one who has not written yet. `Word.PIN` takes the `fingerprint` of a key,
        known yet or not."""
        name, who = to_optional_text(account, "account"), to_text(addr, "addr")
        number, pin = to_number(word, "word"), to_optional_text(fingerprint, "fingerprint")
        with self._handle as engine:
            check(lib.inbome_peer_set_word(engine, name, who, number, pin), engine)

    def import_peer_key(self, addr: str, cert: Octets, *, account: str | None = None) -> None:
        """Takes a cert that the user has from elsewhere, armored or binary, into a peer's history
        (Discovery §6)."""
        name, who = to_optional_text(account, "account"), to_text(addr, "addr")
        octets = octets_of(cert, "a cert")
        with self._handle as engine:
            check(lib.inbome_peer_import_key(engine, name, who, to_bytes(octets)), engine)

    def scan(
        self,
        *paths: str | os.PathLike[str],
        account: str | None = None,
        jobs: int = 0,
        full: bool = False,
        count: bool = False,
        include: str | Iterable[str] = (),
        progress: OnProgress | None = None,
        cancel: Cancel | None = None,
        decrypt: bool = True,
    ) -> values.ScanReport:
        """Learns from every mail of mailboxes that was not scanned before: Maildirs with their
        folders, mbox files, single mails (Discovery §4). They are only read. What cannot be read is
        in the report. Other calls on the engine go on meanwhile.

        `jobs` is the number of threads, 0 for one per processor. `full` scans again what was
        scanned before. `count` counts first, so that the progress has a total. `include` takes
        folders in that are passed by otherwise, such as Junk or links. `decrypt` opens encrypted mails that
        advertise nothing outside, if the key needs no passphrase. `progress` is told often how far it
        is, on this thread; `cancel` is asked as often whether to stop. What they raise stops the
        scan and is raised again, and so does Ctrl-C; what was done until then is kept, and the next
        scan goes on from there.
        """
        with self._handle as engine, open_scan(engine, paths) as scan:
            set_up(scan, account, jobs, full, count, include, decrypt)
            # Lives as long as the scan.
            callbacks = Callbacks(scan, progress, cancel, self._raised)
            check(lib.inbome_scan_run(scan), engine)
            report = report_of(scan)
            del callbacks
        return report

    def look(self, addr: str, *paths: str | os.PathLike[str]) -> values.Advice:
        """Looks, before an account is made, for what the user's other programs left in mailboxes:
        backup messages and keys (Several devices §1). Nothing is changed. A mail that asks for
        something may be planted: show it, and let the user decide.

        >>> import inbome, tempfile
        >>> with tempfile.TemporaryDirectory() as folder, inbome.Engine.in_memory() as engine:
        ...     print(engine.look("bob@example.org", folder).action)
        generate
        """
        who = to_text(addr, "addr")
        with self._handle as engine, open_scan(engine, paths) as scan:
            return one_of(
                lambda output: lib.inbome_look(scan, who, output),
                lib.inbome_advice_free,
                advice_of,
                engine,
            )
