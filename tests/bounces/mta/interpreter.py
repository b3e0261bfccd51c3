"""A Python that another user may run: this one's may be in a home folder that is closed to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PYTHON = f"python3.{sys.version_info.minor}"


def python_environment(folder: Path, user: str) -> dict[str, str]:
    """Variables with which `PYTHON` runs our code as `user`; may copy Python into `folder`.

    `.venv` itself must be readable.
    """
    packages = sysconfig.get_path("purelib")
    if _may_run(user, Path(sys.executable).resolve()):
        return {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": packages}
    home = folder / "python"
    library = Path(sysconfig.get_path("stdlib"))
    unneeded = shutil.ignore_patterns("test", "tests", "site-packages", "__pycache__", "config-*")
    shutil.copytree(library, home / "lib" / library.name, ignore=unneeded)
    for shared in library.parent.glob("libpython*.so*"):
        shutil.copy(shared, home / "lib")
    (home / "bin").mkdir()
    shutil.copy(Path(sys.executable).resolve(), home / "bin" / PYTHON)
    return {
        "PATH": f"{home / 'bin'}:/usr/bin:/bin",
        "PYTHONHOME": str(home),
        "PYTHONPATH": packages,
        "LD_LIBRARY_PATH": str(home / "lib"),
    }


def _may_run(user: str, python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", ""], user=user, capture_output=True).returncode == 0
    except OSError:
        return os.geteuid() != 0
