"""A Python that takes itself to be on Windows, as far as nixlite can see.

`install` changes this process: `os`, `os.path`, `sys.platform` and `open` are Windows's. Drive `C:` is the
machine's root, so that `C:\\tmp` is `/tmp`; other drives are folders that are given. What Windows does not have
is not there: modules (`fcntl`, `termios`, `resource`, …), functions (`os.fork`, `os.getuid`, `os.uname`, …),
signals, flags of `os.open`, bits of a file's mode. Python's own library is loaded before, as it stands.

It is no Windows: what its kernel does differently (sharing of open files, reserved names) is not seen here.
"""

from __future__ import annotations

import builtins
import importlib.abc
import io
import ntpath
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

LOADED = """
    argparse ast asyncio base64 bz2 code codeop collections.abc concurrent.futures configparser contextlib csv
    ctypes datetime decimal difflib email.message enum fractions functools gzip hashlib heapq html http.client
    importlib.metadata importlib.resources inspect io ipaddress itertools json keyword linecache locale logging
    lzma marshal math multiprocessing ntpath numbers operator pathlib pickle platform posixpath pprint queue
    random re secrets select selectors shlex shutil signal socket ssl statistics string struct subprocess
    tarfile tempfile textwrap threading time timeit token tokenize tomllib traceback types typing unicodedata
    urllib.error urllib.parse urllib.request uuid warnings weakref webbrowser xml.etree.ElementTree zipfile zlib
    lark prompt_toolkit
"""
"""What is loaded before: it would choose what to do by the system."""

ABSENT_MODULES = frozenset("fcntl grp posix pty pwd readline resource syslog termios tty".split())
ABSENT = """
    chown chroot fchmod fchown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp getresuid
    getsid getuid initgroups killpg lchown mkfifo mknod nice openpty pread preadv pwrite posix_spawn posix_spawnp
    sched_getaffinity sched_setaffinity sendfile set_blocking setuid statvfs sync sysconf uname wait3 wait4
    O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_PATH WNOHANG register_at_fork
"""
ABSENT_SIGNALS = "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGPROF SIGQUIT SIGTSTP SIGUSR1 SIGVTALRM SIGWINCH"
ABSENT_TIMERS = (
    "setitimer getitimer ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF pthread_kill pthread_sigmask alarm"
)

ONE_PATH = """
    open stat lstat listdir scandir mkdir makedirs rmdir unlink remove readlink access chmod utime truncate chdir
"""
TWO_PATHS = "rename replace link"


class Drives:
    """Where drives lie on the machine."""

    def __init__(self, others: Mapping[str, str]) -> None:
        self.others = {drive.upper(): root for drive, root in others.items()}
        self.getcwd = os.getcwd

    def real(self, path: Any) -> Any:
        """The path on the machine of one of Windows's, of the same type. Raises FileNotFoundError."""
        if isinstance(path, int) or path is None:
            return path
        path = os.fspath(path)
        text = os.fsdecode(path).replace("\\", "/")
        text = text.removeprefix("//?/")
        if text.startswith("//"):
            raise FileNotFoundError(2, "No such share", text)
        if text[1:2] == ":":
            drive, text = text[:2].upper(), text[2:]
            if drive != "C:":
                if drive not in self.others:
                    raise FileNotFoundError(2, "No such drive", path)
                text = self.others[drive] + text
        if text == "/proc" or text.startswith("/proc/"):
            raise FileNotFoundError(2, "No such file or directory", path)
        if any(letter in text for letter in '<>:"|?*'):
            raise OSError(22, "Invalid argument", path)
        return os.fsencode(text) if isinstance(path, bytes) else text

    def shown(self, path: str) -> str:
        """A path of the machine's on drive C."""
        return "C:" + path.replace("/", "\\")


class Status:
    """A file's status as Windows has it: everybody may do everything, nobody owns it."""

    def __init__(self, real: os.stat_result, path: object) -> None:
        kind = stat.S_IFMT(real.st_mode)
        runs = (
            os.fsdecode(path).lower().endswith((".exe", ".bat", ".cmd"))
            if isinstance(path, str | bytes)
            else False
        )
        rights = 0o777 if kind == stat.S_IFDIR or runs else 0o666
        self.st_mode, self.st_uid, self.st_gid = kind | rights, 0, 0
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name.startswith("st_"):
            return getattr(self._real, name)
        raise AttributeError(name)


class Absent(importlib.abc.MetaPathFinder):
    """Does not find what Windows has not."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in ABSENT_MODULES:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)


def absent_from(module: ModuleType, names: str) -> None:
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)


def wrap_files(drives: Drives) -> None:
    """Functions that take paths take Windows's."""

    def wrapped(function: Callable[..., Any], count: int, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            found = function(*map(drives.real, arguments[:count]), *arguments[count:], **keywords)
            return Status(found, arguments[0]) if name in ("stat", "lstat") else found

        return call

    for names, count in ((ONE_PATH, 1), (TWO_PATHS, 2)):
        for name in names.split():
            setattr(os, name, wrapped(getattr(os, name), count, name))
    fstat, symlink, opened = os.fstat, os.symlink, io.open
    os.fstat = lambda number: Status(fstat(number), None)  # type: ignore[assignment,return-value]
    os.symlink = lambda target, path, **_: symlink(target, drives.real(path))
    builtins.open = io.open = lambda file, *rest, **keywords: opened(drives.real(file), *rest, **keywords)
    os.getcwd = lambda: drives.shown(drives.getcwd())


def windows_paths() -> None:
    """`pathlib.Path` makes a WindowsPath, which it refuses elsewhere."""
    import pathlib

    flavour = getattr(pathlib, "_windows_flavour", None)
    if flavour is not None:  # Python 3.11
        flavour.is_supported = True
    elif "__new__" in vars(pathlib.WindowsPath):
        del pathlib.WindowsPath.__new__


def install(others: Mapping[str, str]) -> None:
    """Be on Windows from now on; *others*: folders for further drives, by `D:`."""
    for name in LOADED.split():
        __import__(name)
    import _signal
    import signal

    wrap_files(Drives(others))
    absent_from(os, ABSENT)
    for module in (signal, _signal):
        absent_from(module, f"{ABSENT_SIGNALS} {ABSENT_TIMERS}")
    for name in ABSENT_MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Absent())
    os.O_BINARY = 0x8000  # type: ignore[attr-defined]
    opened = os.open
    os.open = lambda path, flags, *rest, **keywords: opened(path, flags & ~0x8000, *rest, **keywords)
    os.name, os.sep, os.altsep, os.pathsep, os.linesep = "nt", "\\", "/", ";", "\r\n"
    os.path = sys.modules["os.path"] = ntpath
    os.environ.pop("HOME", None)
    sys.platform = "win32"
    ntpath.realpath = lambda path, *, strict=False: ntpath.abspath(path)  # noqa: PLW0108 - it has no `strict`
    sys.modules["subprocess"]._USE_POSIX_SPAWN = False  # it was loaded where there is such a function
    windows_paths()
