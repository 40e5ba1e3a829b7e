#!/usr/bin/env python3
"""A post-new hook of notmuch: learns from the mails that `notmuch new` has just found.

Copy it to .notmuch/hooks/post-new in the mail folder, and make it executable. The home is
`INBOME_HOME`, else that of the command `inbome`; accounts are made with `inbome init`. It takes the
mails with the tag `new`, so let it run before whatever removes that tag. Mails tagged `spam` change
nothing.
"""

import os
import subprocess
import sys
from pathlib import Path

import inbome


def new_mails(query: str) -> list[Path]:
    command = ["notmuch", "search", "--output=files", "--format=text0", "--", query]
    listed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return [Path(os.fsdecode(name)) for name in listed.split(b"\0") if name]


def main() -> int:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    home = os.environ.get("INBOME_HOME") or Path(data) / "inbome"
    failed = 0
    with inbome.Engine(home, create=False) as engine:
        for mail in new_mails("tag:new and not tag:spam"):
            try:
                incoming = engine.process_incoming(mail)
            except inbome.IoError as error:
                print(f"post-new: {error}", file=sys.stderr)
                failed = 1
                continue
            if incoming.key_changed:
                print(f"{incoming.peer} has another key now: {incoming.key_changed.new}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
