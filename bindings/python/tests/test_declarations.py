"""The package against the header: the same functions, types and numbers, and all of them used."""

import ast
import ctypes
import sys
import unittest

from support import PYTHON, ROOT

sys.path.insert(0, str(PYTHON / "tools"))

import declare  # noqa: E402
import inbome  # noqa: E402
from inbome import _declarations, _native, _words, errors  # noqa: E402

HEADER = declare.HEADER.read_text(encoding="utf-8")


class Declarations(unittest.TestCase):
    def test_the_files_are_those_that_declare_writes(self):
        for path, text in declare.made().items():
            found = path.read_text(encoding="utf-8")
            self.assertEqual(found, text, f"{path.name}: run tools/declare.py --write")

    def test_every_exported_symbol_is_declared(self):
        symbols = (ROOT / "include/inbome.symbols").read_text().split()
        names = {symbol.split("@")[0] for symbol in symbols if symbol.startswith("inbome_")}
        self.assertEqual(names, set(_declarations.FUNCTIONS))

    def test_each_function_takes_as_many_arguments_as_in_the_header(self):
        # Counted anew, by commas.
        plain = " ".join(declare.bare(HEADER).split())
        for name, (_, takes) in _declarations.FUNCTIONS.items():
            inside = plain.split(f"{name}(")[1].split(")")[0].strip()
            count = 0 if inside == "void" else inside.count(",") + 1
            self.assertEqual(len(takes), count, name)

    def test_every_function_is_used_by_the_package(self):
        used = set()
        for path in (PYTHON / "src/inbome").glob("*.py"):
            if path.name == "_declarations.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr.startswith("inbome_"):
                    used.add(node.attr)
        # Put together from parts.
        used |= {f"inbome_observation_set_{name}" for name in (
            "content_type", "message_id", "user_agent", "list_post")}
        used |= {f"inbome_{kind}_unreadable_{what}" for kind in ("scan", "advice")
                 for what in ("count", "path", "text")}
        unneeded = {
            "inbome_reason_name",  # str(Reason)
            "inbome_reason_text",
            "inbome_recipients_count",
            "inbome_account_import_key",  # ..._as
            "inbome_header_count",
            "inbome_encryption_name",  # str(Encryption), and so on
            "inbome_signature_name",
            "inbome_signer_name",
            "inbome_intended_name",
        }
        self.assertEqual(set(_declarations.FUNCTIONS) - used, unneeded)

    def test_the_codes_are_those_of_the_library(self):
        for reason in inbome.Reason:
            if reason not in (inbome.Reason.NONE, inbome.Reason.OTHER):
                self.assertEqual(_native.lib.inbome_reason_name(reason).decode(), str(reason))
        for words in (inbome.Encryption, inbome.Signature, inbome.Signer, inbome.Intended):
            name_of = getattr(_native.lib, f"inbome_{words.__name__.lower()}_name")
            for word in words:
                self.assertEqual(name_of(word).decode(), str(word))
        for result in _words.Result:
            name = _native.lib.inbome_result_name(result).decode()
            self.assertNotEqual(name, "unknown", result)

    def test_every_result_is_an_exception_of_its_range(self):
        ranges = {0: inbome.InvalidArgument, 1: inbome.NotFound, 2: inbome.Refused,
                  3: inbome.StoreError, 4: inbome.SurroundingsError, 9: inbome.InternalError}
        for result in [*_words.Result, 57, 157, 257, 357, 457, 957, 5000]:
            if result:
                error = errors.error_of(int(result), "kind", "text")
                self.assertIsInstance(error, ranges[min(int(result) // 100, 9)], result)

    def test_each_kind_that_programs_tell_apart_has_its_exception(self):
        kinds = {
            "invalid_address": inbome.InvalidAddress, "not_found": inbome.NotFound,
            "refused": inbome.Refused, "conflict": inbome.Conflict,
            "passphrase": inbome.PassphraseError, "locked": inbome.Locked,
            "needs_copies": inbome.NeedsCopies, "io": inbome.IoError,
            "corrupt": inbome.Corrupt, "newer": inbome.Newer, "busy": inbome.Busy,
            "cancelled": inbome.Cancelled, "forked": inbome.Forked,
            "random": inbome.RandomError, "internal": inbome.InternalError,
            "panic": inbome.InternalError, "not_backup": inbome.BackupError,
            "unknown_version": inbome.BackupError, "malformed": inbome.BackupError,
            "wrong_code": inbome.WrongCode, "no_secret_key": inbome.BackupError,
            "other_address": inbome.BackupError, "locked_key": inbome.BackupError,
        }
        for result in _words.Result:
            kind = _native.lib.inbome_result_name(result).decode()
            if result:
                error = errors.error_of(int(result), kind, "text")
                self.assertIs(type(error), kinds.pop(kind, inbome.InvalidArgument), kind)
        self.assertEqual(kinds, {})

    def test_numbers_of_a_newer_library_have_a_name(self):
        newer = inbome.Reason(88888)
        self.assertEqual((str(newer), int(newer), f"{newer:>14}"),
                         ("unknown_88888", 88888, " unknown_88888"))
        with self.assertRaises(ValueError):
            inbome.Reason("spam")

    def test_the_structs_are_as_large_as_in_c(self):
        pair = ctypes.sizeof(ctypes.c_void_p) + ctypes.sizeof(ctypes.c_size_t)
        self.assertEqual(ctypes.sizeof(_declarations.Bytes), pair)
        self.assertEqual(ctypes.sizeof(_declarations.Buffer), pair)


if __name__ == "__main__":
    unittest.main()
