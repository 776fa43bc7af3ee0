"""Packs what is not Python into the wheel: config/, app.yml and the demo's repository."""

from pathlib import Path
from shutil import copy, copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py


class WithFolders(build_py):
    """Copies the folders that hold no package; an editable install reads them where they are."""

    def run(self) -> None:
        """Build as usual, then copy."""
        super().run()
        if self.editable_mode:
            return
        built = Path(self.build_lib) / "bot"
        compiled = ignore_patterns("__pycache__")
        copytree("config", built / "_config", ignore=compiled, dirs_exist_ok=True)
        copy("app.yml", built / "_config")
        for folder in ("example", "templates", "static"):
            source = Path("bot/sandbox") / folder
            if source.exists():
                copytree(source, built / "sandbox" / folder, ignore=compiled, dirs_exist_ok=True)


setup(cmdclass={"build_py": WithFolders})
