"""What pyproject.toml cannot say: a wheel with the library inside is for one platform, but for every
Python 3, since nothing is compiled against Python."""

from pathlib import Path

from setuptools import setup

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1
    from wheel.bdist_wheel import bdist_wheel

BUNDLED = (Path(__file__).parent / "src/inbome/_lib/libinbome.so.0").exists()


class PlatformWheel(bdist_wheel):
    """A wheel py3-none-PLATFORM, or py3-none-any without the library."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = not BUNDLED

    def get_tag(self):
        _, _, platform = super().get_tag()
        return "py3", "none", platform if BUNDLED else "any"


setup(cmdclass={"bdist_wheel": PlatformWheel})
