"""Makes what Python must know of the C interface from include/inbome.h.

    python3 declare.py            says whether the two files are as they would be made
    python3 declare.py --write    makes them

`_declarations.py` has every function with the types of its arguments; `_words.py` has the
constants as enumerations, with the header's words about them. Needs Python alone.
"""

import re
import sys
from pathlib import Path
from typing import Dict, List, Tuple

HERE = Path(__file__).resolve().parent
HEADER = HERE.parents[2] / "include" / "inbome.h"
PACKAGE = HERE.parent / "src" / "inbome"

# Prefix of the constants, the name in Python, what it is.
ENUMERATIONS = [
    ("RESULT", "Result", "What a call of the library answers; errors carry it."),
    ("REASON", "Reason", "Why something is as it is; the codes of docs/reasons.md."),
    ("PREFER", "PreferEncrypt", "What key fields ask for."),
    ("SPELLING", "Spelling", "Which key fields an account's mails bear."),
    ("LOCK", "Lock", "What becomes of the passphrase of a key that is imported."),
    ("CLEAR_REPLY", "ClearReply", "What becomes of clear answers to encrypted mails."),
    ("PROFILE", "Profile", "The patience with peers who stop advertising."),
    ("SOURCE", "Source", "Where a key comes from."),
    ("ENCRYPTION", "Encryption", "Whether a mail was encrypted, and whether that was undone."),
    ("SIGNATURE", "Signature", "What the signatures of a mail are worth as a whole."),
    ("SIGNER", "Signer", "Whose key signed a mail."),
    ("INTENDED", "Intended", "Whether a signature names the user among those whom it is for."),
    ("OUTCOME", "Outcome", "Whether an incoming mail changed anything."),
    ("VERDICT", "Verdict", "What became of a key field."),
    ("KIND", "Kind", "Where an address stands."),
    ("RECOMMENDATION", "Recommendation", "What to do with a mail. A greater one is stronger."),
    ("MODE", "Mode", "Who decides whether to encrypt."),
    ("PEERS", "PeerFilter", "Which peers are listed."),
    ("WORD", "Word", "The user's word about a peer; it comes before the rules."),
    ("ADVICE", "AdviceAction", "What to do before an account is made."),
]

SCALARS = {
    "void": "None",
    "const char *": "c_char_p",
    "void *": "c_void_p",
    "uint8_t *": "c_void_p",
    "int32_t": "c_int32",
    "int64_t": "c_int64",
    "uint32_t": "c_uint32",
    "uint64_t": "c_uint64",
    "size_t": "c_size_t",
    "int32_t *": "POINTER(c_int32)",
    "int64_t *": "POINTER(c_int64)",
    "inbome_result": "c_int32",
    "inbome_bytes": "Bytes",
    "inbome_buffer *": "POINTER(Buffer)",
}


def in_python(c_type: str) -> str:
    """The name in Python of a type in C."""
    c_type = re.sub(r"\s+", " ", c_type.replace("struct ", "").replace("*", " * ")).strip()
    c_type = c_type.replace("* *", "**")
    if c_type in SCALARS:
        return SCALARS[c_type]
    if c_type.endswith("_callback"):
        return callback_name(c_type)
    if re.fullmatch(r"(const )?inbome_\w+ \*", c_type):
        return "c_void_p"
    if re.fullmatch(r"inbome_\w+ \*\*", c_type):
        return "POINTER(c_void_p)"
    raise ValueError(f"expected a type of the interface, found {c_type!r}")


def callback_name(c_name: str) -> str:
    return "".join(word.capitalize() for word in c_name.split("_")[1:])


def arguments(text: str) -> List[str]:
    """The types of `const char *path, size_t index`."""
    if text.strip() in ("", "void"):
        return []
    return [in_python(re.sub(r"\w+\s*$", "", one.strip())) for one in text.split(",")]


def bare(header: str) -> str:
    """The header without comments and directives."""
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    header = re.sub(r"//[^\n]*", "", header)
    return re.sub(r"^#[^\n]*", "", header, flags=re.M)


def functions(header: str) -> Dict[str, Tuple[str, List[str]]]:
    """Every function: what it returns and takes."""
    found = {}
    pattern = r"([a-z][\w ]*?[\s*]+)(inbome_\w+)\(([^()]*)\);"
    for returns, name, takes in re.findall(pattern, bare(header)):
        found[name] = (in_python(returns), arguments(takes))
    return found


def callbacks(header: str) -> Dict[str, Tuple[str, List[str]]]:
    """Every type of callback."""
    pattern = r"typedef ([\w ]+?) \(\*(inbome_\w+)\)\(([^()]*)\);"
    return {
        callback_name(name): (in_python(returns), arguments(takes))
        for returns, name, takes in re.findall(pattern, bare(header))
    }


def constants(header: str, prefix: str) -> List[Tuple[str, int, str]]:
    """Name, number and comment of each constant."""
    pattern = rf"((?://[^\n]*\n)+)#define INBOME_{prefix}_(\w+) (\d+)\n"
    return [
        (name, int(number), " ".join(re.sub(r"^// ?", "", comment, flags=re.M).split()))
        for comment, name, number in re.findall(pattern, header)
    ]


def declarations(header: str) -> str:
    version = re.search(r"INBOME_VERSION_NUMBER (\d+)", header)
    text = re.search(r'INBOME_VERSION_STRING "([^"]+)"', header)
    if not version or not text:
        raise ValueError("expected a version in the header, found none")
    lines = [
        '"""Every function of include/inbome.h. Made by tools/declare.py: do not edit."""',
        "",
        "from ctypes import (",
        "    CFUNCTYPE,",
        "    POINTER,",
        "    Structure,",
        "    c_char_p,",
        "    c_int32,",
        "    c_int64,",
        "    c_size_t,",
        "    c_uint32,",
        "    c_uint64,",
        "    c_void_p,",
        ")",
        "from typing import Any, Dict, Tuple",
        "",
        f"VERSION_NUMBER = {version.group(1)}",
        f'VERSION_STRING = "{text.group(1)}"',
        "TIME_UNKNOWN = -(2**63)",
        "",
        "",
        "class Bytes(Structure):",
        '    """Borrowed octets."""',
        "",
        '    _fields_ = [("data", c_void_p), ("len", c_size_t)]',
        "",
        "",
        "class Buffer(Structure):",
        '    """Owned octets."""',
        "",
        '    _fields_ = [("data", c_void_p), ("len", c_size_t)]',
        "",
        "",
    ]
    for name, (returns, takes) in callbacks(header).items():
        lines.append(f"{name} = CFUNCTYPE({', '.join([returns, *takes])})")
    lines += ["", "# What it returns, what it takes.", "FUNCTIONS: Dict[str, Tuple[Any, Tuple[Any, ...]]] = {"]
    for name, (returns, takes) in sorted(functions(header).items()):
        inside = ", ".join(takes) + ("," if len(takes) == 1 else "")
        line = f'    "{name}": ({returns}, ({inside})),'
        if len(line) > 100:
            line = f'    "{name}": (\n        {returns},\n        ({inside}),\n    ),'
        lines.append(line)
    return "\n".join([*lines, "}", ""])


def words(header: str) -> str:
    lines = [
        '"""The numbers of include/inbome.h, with names. Made by tools/declare.py: do not edit."""',
        "",
        "from ._open_enum import OpenEnum",
    ]
    for prefix, name, doc in ENUMERATIONS:
        lines += ["", "", f"class {name}(OpenEnum):", f'    """{doc}"""', ""]
        for constant, number, comment in constants(header, prefix):
            lines += [f"    {constant} = {number}", f'    """{comment}"""']
    return "\n".join([*lines, ""])


def made() -> Dict[Path, str]:
    """The files as they should be."""
    header = HEADER.read_text(encoding="utf-8")
    return {
        PACKAGE / "_declarations.py": declarations(header),
        PACKAGE / "_words.py": words(header),
    }


def main() -> int:
    differing = [
        (path, text)
        for path, text in made().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in differing:
        if "--write" in sys.argv:
            path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {'written' if '--write' in sys.argv else 'differs'}")
    return 1 if differing and "--write" not in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
