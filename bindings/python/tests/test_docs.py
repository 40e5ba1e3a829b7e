"""Every example of the documentation runs as it stands."""

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import inbome
from support import PYTHON, ROOT, Test

MODULES = ["inbome", *(f"inbome.{found.name}" for found in pkgutil.iter_modules(inbome.__path__))]


class Docs(Test):
    def test_the_examples_of_the_docstrings_run(self):
        tried = 0
        for name in MODULES:
            flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
            failed, attempted = doctest.testmod(importlib.import_module(name), optionflags=flags)
            self.assertEqual(failed, 0, name)
            tried += attempted
        self.assertGreater(tried, 20)

    def test_everything_public_says_what_it_is(self):
        for name in inbome.__all__:
            if name == "__version__":
                continue
            thing = getattr(inbome, name)
            if inspect.isclass(thing):
                self.assertTrue(thing.__doc__, name)
                for method, function in inspect.getmembers(thing, inspect.isfunction):
                    if thing is inbome.Engine and not method.startswith("_"):
                        self.assertTrue(function.__doc__, method)

    def test_the_program_of_the_readme_runs_as_pasted(self):
        program = first_program(PYTHON / "README.md")
        self.assertLessEqual(len(program.splitlines()), 10)
        lines = self.pasted(program, self.alice_mail)
        self.assertEqual(lines[0].strip(), "updated")
        self.assertTrue(lines[1].startswith("encrypt alice@example.org"), lines)

    def test_the_program_of_the_projects_readme_runs_as_pasted(self):
        lines = self.pasted(first_program(ROOT / "README.md"), b"")
        self.assertEqual(lines, ["disable no mail from them has been seen yet"])

    def pasted(self, program: str, mail: bytes) -> "list[str]":
        """What the program prints, run in an empty folder with the mail as its input."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "pasted.py").write_text(program)
            ran = subprocess.run(
                [sys.executable, "pasted.py"], cwd=folder, input=mail,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                env={**os.environ, "PYTHONPATH": str(Path(inbome.__file__).parents[1])},
            )
        self.assertEqual(ran.stderr, b"")
        self.assertEqual(ran.returncode, 0)
        return ran.stdout.decode().splitlines()


def first_program(document: Path) -> str:
    found = re.search(r"```python\n(.*?)```", document.read_text(encoding="utf-8"), re.S)
    return found.group(1) if found else ""


if __name__ == "__main__":
    unittest.main()
