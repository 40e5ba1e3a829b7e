"""A peer that is Sequoia, by its Python binding: reads a message to it, or writes one.

    pysequoia_peer.py read ALICE.key BOB.cert   < message > payload
    pysequoia_peer.py write ALICE.key BOB.cert  < payload > message
"""

import sys

from pysequoia import Cert, Tsk, decrypt, encrypt

verb, own, other = sys.argv[1:]
own, other = Tsk.from_file(own), Cert.from_file(other)
octets = sys.stdin.buffer.read()
if verb == "read":
    read = decrypt(octets, own.decryptor(), store=lambda ids: [other])
    if [sig.certificate for sig in read.valid_sigs] != [other.fingerprint]:
        sys.exit(f"the signature is not of {other.fingerprint}: {read.valid_sigs}")
    sys.stdout.buffer.write(read.bytes)
else:
    sys.stdout.buffer.write(encrypt(octets, [other], own.signer()))
