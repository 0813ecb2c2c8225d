"""`nixlite playground build` and `nixlite playground serve`."""

from __future__ import annotations

import os

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, store
from nixlite.errors import UsageError
from nixlite.spelling import natural

TYPE_CHECKING = False

PORT = "8014"
SERVING: Flags = {
    "--port": Flag("n", store("port"), f"where to listen ({PORT}); 0 takes a free one"),
    **COMMON,
}

ABOUT = (
    "The playground evaluates Nix in a browser tab: with what nixlite says about overrides, a session, and\n"
    "the course. It is a folder of files that any host can show; no server evaluates anything."
)


class Build(Command):
    """The command line of `nixlite playground build`."""

    program = "nixlite playground build"
    usage = "nixlite playground build [flags] DIR"
    description = f"Build the playground in the folder DIR. Node.js with npm is needed for that.\n\n{ABOUT}"
    shows_progress = False
    flags = COMMON

    def run(self) -> int:
        """Build, and say how large it is."""
        from nixlite.playground.site import build

        self.host.unkept("files are written")
        if len(self.words) != 1:
            raise UsageError("'nixlite playground build' takes one folder")
        site = build(os.path.join(self.settings.cwd, self.words[0]))
        self.host.write_stdout(
            f"{self.words[0]}: {len(site.files)} files, {sizes(site.folder, site.files)}\n"
        )
        return 0


class Serve(Command):
    """The command line of `nixlite playground serve`."""

    program = "nixlite playground serve"
    usage = "nixlite playground serve [flags] [DIR]"
    description = (
        "Show the playground on this machine only, until Ctrl-C. Without DIR it is built first, in the\n"
        f"cache directory.\n\n{ABOUT}"
    )
    shows_progress = False
    flags = SERVING
    port = PORT

    def run(self) -> int:
        """Serve until interrupted."""
        from nixlite.playground.serving import LARGEST_PORT, LOOPBACK, server

        self.host.unkept("a server")
        port = natural(self.port)
        if port is None:
            raise UsageError(f"'--port' takes a number, not '{self.port}'")
        if port > LARGEST_PORT:  # said before anything is built
            raise UsageError(f"there is no port {port}: they go to {LARGEST_PORT}")
        if len(self.words) > 1:
            raise UsageError(f"'nixlite playground serve' takes one folder, not {len(self.words)}")
        folder = os.path.join(self.settings.cwd, self.words[0]) if self.words else self.built()
        with server(folder, port) as serving:
            self.host.write_stdout(f"http://{LOOPBACK}:{serving.server_address[1]}/   (Ctrl-C ends it)\n")
            self.host.flush()
            try:
                serving.serve_forever()
            except KeyboardInterrupt:
                self.host.write_stdout("\n")
        return 0

    def built(self) -> str:
        """The folder of a playground that is as new as nixlite is: built if there is none."""
        from nixlite.playground.site import build
        from nixlite.resources import cache_home

        home = cache_home()
        if home is None:
            raise UsageError("there is no home directory to build in: name a folder that was built")
        folder = os.path.join(home, "playground", "site")
        self.host.write_stderr("building the playground …\n")
        return build(folder).folder


def sizes(folder: str, files: list[str]) -> str:
    """How large page, archive and Python are: as they lie there, and as hosts send them."""
    import gzip  # only here

    from nixlite.playground.site import ARCHIVE, SNAPSHOT

    parts = {"page": [0, 0], "nixlite": [0, 0], "Python": [0, 0]}
    for name in files:
        python = name.startswith("pyodide-") or name.endswith(SNAPSHOT)
        kind = "Python" if python else "nixlite" if name.endswith(ARCHIVE) else "page"
        with open(os.path.join(folder, name), "rb") as file:
            content = file.read()
        parts[kind][0] += len(content)
        parts[kind][1] += len(gzip.compress(content, 6))
    shown = [f"{kind} {sent / 1000:.0f} kB" for kind, (_, sent) in parts.items()]
    return f"compressed: {', '.join(shown)}"
