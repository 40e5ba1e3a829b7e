"""Writes the getters and setters of C from their declarations.

    python3 inbome-ffi/facts/write.py            says whether the files are as they would be written
    python3 inbome-ffi/facts/write.py --write    writes them

`facts/OBJECT.facts` declares what an object of C shows and what can be set in it; it becomes
`src/facts/OBJECT.rs`, from which `include/inbome.h` and Python's declarations are made. A declaration
is a comment and one line; an expression may go on in lines that are indented:

    /// The effective date of the youngest mail from the peer.
    /// Returns: Unix seconds; INBOME_TIME_UNKNOWN if none was seen.
    get last_seen: time = peer.core.seen.map(|seen| seen.at)

    /// A key that the mail was encrypted to.
    /// Returns: the key ID; NULL past the end.
    get key_id[key_id_count]: text = decrypted.key_ids.get(index)

    /// Says whether the Subject of an encrypted mail stays in the clear outside.
    /// keep_subject: 1 or 0 (the default).
    set keep_subject(keep_subject: yes) = outgoing_options.core.keep_subject = is_yes(keep_subject);

What is said of every getter or setter (that NULL does no harm, until when a text is valid, that NULL
is an error) is added here. Lines that begin with `use` are those of the Rust file. Needs Python and
rustfmt.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent / "src" / "facts"

# What a getter returns: the type in Rust, what an object that is NULL gives, and the function that
# makes it of the expression.
TYPES: Dict[str, Tuple[str, str, str]] = {
    "text": ("*const c_char", "std::ptr::null()", "lent"),  # of an Option<&CString>
    "pointer": ("*const c_char", "std::ptr::null()", ""),
    "time": ("i64", "INBOME_TIME_UNKNOWN", "time_out"),  # of an Option<Timestamp>
    "secs": ("i64", "INBOME_TIME_UNKNOWN", ""),
    "yes": ("i32", "0", "i32::from"),  # of a bool
    "flag": ("i32", "0", ""),
    "word": ("i32", "0", ""),
    "number": ("i32", "0", ""),
    "reason": ("i32", "INBOME_REASON_NONE", ""),
    "count": ("usize", "0", ""),
    "total": ("u64", "0", ""),
    "octets": ("inbome_bytes", "inbome_bytes::EMPTY", ""),
}
IN_WORDS = {"std::ptr::null()": "NULL", "inbome_bytes::EMPTY": "no octets"}
# What the written code needs is imported where it is used; a file of facts names only the rest.
KNOWN = {
    "c_char": "std::ffi::c_char",
    "inbome_bytes": "crate::bytes::inbome_bytes",
    "INBOME_REASON_NONE": "crate::codes::INBOME_REASON_NONE",
    "INBOME_TIME_UNKNOWN": "crate::time::INBOME_TIME_UNKNOWN",
    "time_out": "crate::time::time_out",
    "inbome_result": "crate::result::inbome_result",
    "without_engine": "crate::result::without_engine",
    **{name: f"crate::pointer::{name}" for name in ("c_text", "is_yes", "lent", "octets", "read", "required", "text")},
}
ORDER = ["std", "inbome_core", "crate"]

# What a setter takes, where Rust's own type is not written.
TAKEN = {"yes": "i32", "word": "i32", "time": "i64", "text": "*const c_char", "octets": "inbome_bytes"}


class Fact(NamedTuple):
    """One declaration."""

    verb: str
    name: str
    arguments: List[str]
    kind: str
    expression: str
    about: List[str]
    said: Dict[str, str]


class Facts(NamedTuple):
    """A file of declarations."""

    object: str
    about: str
    uses: List[str]
    facts: List[Fact]


HEAD = re.compile(r"(get|set) (\w+)(?:((?:\[[\w<]*\])+)|\((\w+): ([^=]+)\))?(?:: ([^=]+?))? = ?(.*)")


def read(path: Path) -> Facts:
    about, uses, facts, comment = "", [], [], []
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        if line.startswith("///"):
            comment.append(line[4:])
        elif line.startswith("use "):
            uses.append(line)
        elif line.startswith("# "):
            about = f"{about} {line[2:]}".strip()
        elif line.startswith("    ") and facts:
            last = facts.pop()
            facts.append(last._replace(expression=f"{last.expression}\n{line}".strip()))
        elif line:
            match = HEAD.fullmatch(line)
            if not match or not comment:
                raise SystemExit(f"{path.name}:{number}: not a declaration with a comment: {line}")
            verb, name, indexes, argument, taken, kind, expression = match.groups()
            arguments = re.findall(r"\[([\w<]*)\]", indexes or "") or ([argument] if argument else [])
            lead, said = split(comment)
            facts.append(Fact(verb, name, arguments, kind or taken.strip(), expression, lead, said))
            comment = []
    return Facts(path.stem, about, uses, facts)


def split(comment: List[str]) -> Tuple[List[str], Dict[str, str]]:
    """What a comment says first, and what it says of `this:` and `that:`."""
    lead: List[str] = []
    said: Dict[str, str] = {}
    last = ""
    for line in comment:
        match = re.match(r"([A-Z]?[a-z_]+): (.*)", line)
        if match and (line[0].islower() or match.group(1) in ("Returns", "Errors", "Borrowed")):
            last = match.group(1)
            said[last] = match.group(2)
        elif last:
            said[last] += f" {line}"
        else:
            lead.append(line)
    return lead, said


def article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name.replace('_', ' ')}"


def comment_of(lead: List[str], parameters: List[Tuple[str, str]], end: List[Tuple[str, str]]) -> str:
    lines = [*lead, ""]
    for name, text in parameters:
        lines += wrapped(f"{name}: {text}")
    lines.append("")
    for name, text in end:
        lines += wrapped(f"{name}: {text}")
    return "".join(f"/// {line}".rstrip() + "\n" for line in lines)


def wrapped(text: str) -> List[str]:
    lines: List[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) < 104:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def getter(name: str, fact: Fact) -> str:
    prefix = f"inbome_{name}"
    if fact.kind.startswith("&"):
        borrowed = fact.kind[1:]
        returns, none, null, wrap = f"Option<&inbome_{borrowed}>", "None", "NULL", ""
    else:
        returns, none, wrap = TYPES[fact.kind.split()[0]]
        null = IN_WORDS.get(none, none)
    lends = fact.kind in ("text", "pointer", "octets") or fact.kind.startswith("&")
    said = dict(fact.said)
    parameters = [(name, said.pop(name, f"the object; NULL gives {null}."))]
    takes = [f"{name}: Option<&{prefix}>"]
    for index in fact.arguments:
        argument, _, count = index.partition("<") if "<" in index else ("index", "<", index)
        parameters.append((argument, said.pop(argument, f"from 0, below {prefix}_{count}.")))
        takes.append(f"{argument}: usize")
    end = [("Returns", said.pop("Returns"))]
    if lends:
        end.append(("Borrowed", said.pop("Borrowed", f"valid until the {name.replace('_', ' ')} is freed")))
    expression = f"{wrap}({fact.expression})" if wrap else fact.expression
    if said:
        raise SystemExit(f"{prefix}_{fact.name}: nobody asks for {', '.join(said)}")
    return (
        comment_of(fact.about, parameters, end)
        + "#[unsafe(no_mangle)]\n"
        + f'pub extern "C" fn {prefix}_{fact.name}({", ".join(takes)}) -> {returns} {{\n'
        + f"    read({name}, {none}, |{name}| {expression})\n}}\n"
    )


def setter(name: str, fact: Fact) -> str:
    prefix = f"inbome_{name}"
    said = dict(fact.said)
    parameters = [(name, said.pop(name, "what is changed."))]
    takes = [f"{name}: Option<&mut {prefix}>"]
    for argument in fact.arguments:
        parameters.append((argument, said.pop(argument)))
        takes.append(f"{argument}: {TAKEN.get(fact.kind, fact.kind)}")
    end = [
        ("Returns", said.pop("Returns", "INBOME_RESULT_OK.")),
        ("Errors", said.pop("Errors", "INBOME_RESULT_NULL_ARGUMENT.")),
    ]
    if said:
        raise SystemExit(f"{prefix}_set_{fact.name}: nobody asks for {', '.join(said)}")
    return (
        comment_of(fact.about, parameters, end)
        + "#[unsafe(no_mangle)]\n"
        + f'pub extern "C" fn {prefix}_set_{fact.name}({", ".join(takes)}) -> inbome_result {{\n'
        + f"    without_engine(|| {{\n        let {name} = required({name}, \"{name}\")?;\n"
        + f"        {fact.expression}\n        Ok(())\n    }})\n}}\n"
    )


def rust(facts: Facts) -> str:
    functions = [
        (getter if fact.verb == "get" else setter)(facts.object, fact) for fact in facts.facts
    ]
    code = re.sub("^///.*$", "", "".join(functions), flags=re.M)
    called = set(re.findall(r"(?<![.\w])(\w+)\(|: ?\*const (c_char)|-> \*const (c_char)|\b(inbome_bytes|inbome_result|INBOME_\w+)\b", code))
    names = {name for found in called for name in found if name}
    uses = grouped([*facts.uses, *(f"use {path};" for name, path in KNOWN.items() if name in names)])
    about = f"//! {facts.about}\n//!\n//! Written by facts/write.py from facts/{facts.object}.facts: do not edit.\n"
    return formatted("\n".join([about, uses, *functions]))


def grouped(uses: List[str]) -> str:
    """The same imports, one for a module; std and the core come before the library's own."""
    modules: Dict[str, List[str]] = {}
    for use in uses:
        module, names = re.fullmatch(r"use ([\w:]+)::(\w+|{[^}]*});", use).groups()  # type: ignore[union-attr]
        modules.setdefault(module, []).extend(re.findall(r"\w+", names))
    lines: Dict[int, List[str]] = {}
    for module, names in sorted(modules.items()):
        inside = ", ".join(dict.fromkeys(names))
        line = f"use {module}::{{{inside}}};" if "," in inside else f"use {module}::{inside};"
        lines.setdefault(ORDER.index(module.split("::")[0]), []).append(line + "\n")
    return "\n".join("".join(group) for _, group in sorted(lines.items()))


def formatted(code: str) -> str:
    command = ["rustfmt", "--edition", "2024", "--config-path", str(HERE.parents[1])]
    done = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def made() -> Dict[Path, str]:
    """The files as they should be."""
    files = sorted(HERE.glob("*.facts"))
    written = {SOURCES / f"{path.stem}.rs": rust(read(path)) for path in files}
    modules = "".join(f"pub mod {path.stem};\n" for path in files)
    about = "//! What the objects show, and what can be set in them. Written by facts/write.py: do not edit.\n\n"
    written[SOURCES / "mod.rs"] = about + modules
    return written


def main() -> int:
    files = made()
    stale = [path for path in SOURCES.glob("*.rs") if path not in files]
    differing = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in differing + stale:
        if "--write" in sys.argv:
            if path in files:
                path.write_text(files[path], encoding="utf-8")
            else:
                path.unlink()
        print(f"{path.name}: {'written' if '--write' in sys.argv else 'not fresh'}")
    return 1 if (differing or stale) and "--write" not in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
