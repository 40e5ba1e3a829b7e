"""The engine: one home, opened. Start here.

    with inbome.Engine("/home/bob/.local/share/inbome") as engine:
        engine.process_incoming(mail)               # every mail that arrives
        engine.decrypt(mail)                        # when it is shown
        engine.recommend(["alice@example.org"])     # while the user writes
        engine.process_outgoing(draft)              # when it is sent

An engine may be used from several threads at once; no call holds Python's lock. After `os.fork()` a
child opens its own: the parent's raises `Forked` there. What can fail raises an `inbome.Error`, and
a wrong type a `TypeError`; hostile mail is an answer and raises nothing.
"""

from __future__ import annotations

from ._accounts import Accounts
from ._backups import Backups
from ._mails import Mails
from ._messages import Messages
from ._peers import Peers


class Engine(Accounts, Backups, Mails, Messages, Peers):
    """One home: accounts, keys, peers. `with` closes it; so does `close`.

    `path` is a folder with one database; it is made unless `create` is false. Several processes may
    have one home open: a call waits `busy_timeout` seconds while another one writes. `clock` and
    `random` are for tests; a clock that raises is taken to say the system's time, and the call
    raises when it is done.

    >>> import tempfile, inbome
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with inbome.Engine(folder) as engine:
    ...         print(engine.create_account("bob@example.org").addr)
    bob@example.org
    """
