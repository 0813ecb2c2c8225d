"""How each builtin and each command could let a secret out: expressions that do it on a host that grants all.

`ROWS` has a row for every builtin, and `COMMANDS` one for every command: a new one without a row fails a test.
A probe is an expression, with `{secret}`, `{ok}`, `{http}`, `{rev}` and `{zeros}` for places in the world, and
what it needs beyond files and the network, which some hosts grant (`hosts.GRANTED`).
"""

from __future__ import annotations

Probe = tuple[str, str]

PLAIN = """
    abort add addDrvOutputDependencies addErrorContext all any appendContext attrNames attrValues baseNameOf bitAnd
    bitOr bitXor break builtins catAttrs ceil compareVersions concatLists concatMap concatStringsSep convertHash
    deepSeq dirOf div elem elemAt false filter flakeRefToString floor foldl' fromJSON fromTOML
    functionArgs genList genericClosure getAttr getContext groupBy hasAttr hasContext hashString head
    intersectAttrs isAttrs isBool isFloat isFunction isInt isList isNull isPath isString langVersion length lessThan
    listToAttrs map mapAttrs match mul nixVersion null outputOf parseDrvName parseFlakeRef partition placeholder
    removeAttrs replaceStrings seq sort split splitVersion storeDir stringLength sub substring tail throw toFile
    storePath toPath toString toXML trace traceVerbose true tryEval typeOf unsafeDiscardOutputDependency
    unsafeDiscardStringContext unsafeGetAttrPos warn zipAttrsWith currentSystem
""".split()
"""Builtins that look at nothing but their arguments: for them there are only the generated probes."""

DERIVATION = (
    '(derivation {{ name = "x"; system = builtins.currentSystem or "x86_64-linux"; builder = "/b"; }})'
)


def plain(*expressions: str) -> list[Probe]:
    """Probes that only `RealHost` grants."""
    return [(expression, "") for expression in expressions]


def kind(name: str, *expressions: str) -> list[Probe]:
    """Probes that some hosts grant."""
    return [(expression, name) for expression in expressions]


def copying(template: str) -> list[Probe]:
    """Probes that name a file in each way, a link only on the way to it."""
    places = ("{secret}/file", "{ok}/directory/file", "{ok}/../secret/file", '(/. + "{secret}/file")')
    return plain(*[template % path for path in places])


def reading(template: str) -> list[Probe]:
    """Probes that name a file in each way, a link that leads to it as well."""
    places = ("{ok}/link", '("{ok}/../secret" + "/file")', '"{ok}/directory/./file"')
    return copying(template) + plain(*[template % path for path in places])


ROWS: dict[str, list[Probe]] = {
    **{name: [] for name in PLAIN},
    "toJSON": copying("builtins.toJSON %s"),
    "path": [
        *reading("builtins.path {{ path = %s; }}"),
        *reading("builtins.path {{ path = %s; recursive = false; }}"),
        *plain(
            "builtins.path {{ path = {secret}; filter = p: t: builtins.trace p true; }}",
            "builtins.path {{ path = {ok}/directory; name = \"x\"; }}",
        ),
    ],
    "filterSource": plain(
        "builtins.filterSource (p: t: builtins.trace p true) {secret}",
        "builtins.filterSource (p: t: true) {ok}/directory",
        "builtins.filterSource (p: t: true) {ok}/link",
    ),
    "readFile": reading("builtins.readFile %s"),
    "readDir": plain(
        "builtins.readDir {secret}", "builtins.readDir {ok}/directory", 'builtins.readDir "{ok}/../secret"',
        "builtins.readDir {ok}/directory/.", "builtins.readDir {ok}/..",
    ),
    "readFileType": plain(
        "[ (builtins.readFileType {secret}/only-a) ]", "[ (builtins.readFileType {ok}/../secret/only-a) ]",
    ),
    "pathExists": plain(
        "builtins.pathExists {secret}/only-a", "builtins.pathExists {ok}/directory/only-a",
        'builtins.pathExists "{ok}/directory/only-a"', 'builtins.pathExists "{ok}/../secret/only-a"',
    ),
    "hashFile": [*reading('builtins.hashFile "sha256" %s'), *reading('builtins.hashFile "md5" %s')],
    "import": [
        *plain("import {secret}/x.nix", "import {ok}/nixlink", "import {ok}/directory/x.nix"),
        *reading("import %s"),
        *kind("build", f"import {DERIVATION}"),
    ],
    "scopedImport": plain(
        "builtins.scopedImport {{ }} {secret}/x.nix", "builtins.scopedImport {{ }} {ok}/nixlink",
    ),
    "findFile": plain(
        'builtins.readFile (builtins.findFile [ {{ path = "{secret}"; prefix = ""; }} ] "file")',
        'builtins.readFile (builtins.findFile [ {{ path = "{ok}"; prefix = "x"; }} ] "x/link")',
        'builtins.readFile (builtins.findFile [ {{ path = "{ok}"; prefix = "x"; }} ] "x/directory/file")',
        'builtins.findFile [ {{ path = "{ok}"; prefix = "x"; }} ] "x/directory/only-a"',
        'builtins.findFile [ {{ path = "{http}/t.tar"; prefix = ""; }} ] "file"',
        'builtins.findFile [ {{ path = "file://{secret}/tree.tar"; prefix = ""; }} ] "file"',
        'builtins.readFile (builtins.findFile [ {{ path = "flake:path:{secret}"; prefix = ""; }} ] "file")',
        'builtins.readFile (builtins.findFile [ {{ path = "flake:{http}/t.tar"; prefix = ""; }} ] "file")',
    ),
    "nixPath": kind("configuration", "builtins.nixPath", "builtins.readFile <secret/file>", "<only-a>"),
    "getEnv": plain('builtins.getEnv "NIXLITE_SECRET"', 'builtins.getEnv "HOME"'),
    "currentTime": kind("clock", "builtins.currentTime"),
    "derivationStrict": plain(
        '(derivation {{ name = "x"; system = "s"; builder = "b"; src = {secret}/file; }}).drvPath',
        '(derivation {{ name = "x"; system = "s"; builder = {ok}/directory/file; }}).drvPath',
    ),
        "fetchurl": [
        *plain(
            'builtins.readFile (builtins.fetchurl "file://{secret}/file")',
            'builtins.readFile (builtins.fetchurl "file://{ok}/link")',
            'builtins.readFile (builtins.fetchurl "file://{ok}/directory/file")',
            'builtins.readFile (builtins.fetchurl "file://{ok}/../secret/file")',
            'builtins.readFile (builtins.fetchurl "file://{ok}/%2e%2e/secret/file")',
            'builtins.readFile (builtins.fetchurl "FILE://{secret}/file")',
            'builtins.fetchurl {{ url = "file://{secret}"; name = "x"; }}',
            'builtins.fetchurl "{http}/x"',
        ),
        *kind("locked file", 'builtins.fetchurl {{ url = "file://{secret}/file"; sha256 = "{zeros}"; }}',
              'builtins.fetchurl {{ url = "file://{ok}/link"; sha256 = "{zeros}"; }}'),
        *kind("locked", 'builtins.fetchurl {{ url = "{http}/x"; sha256 = "{zeros}"; }}'),
    ],
    "fetchTarball": [
        *plain(
            'fetchTarball "file://{secret}/tree.tar"', 'fetchTarball "file://{ok}/directory/tree.tar"',
            'fetchTarball "file://{ok}/../secret/tree.tar"', 'fetchTarball "{http}/t.tar"',
        ),
        *kind("locked file", 'fetchTarball {{ url = "file://{secret}/tree.tar"; sha256 = "{zeros}"; }}'),
        *kind("locked", 'fetchTarball {{ url = "{http}/t.tar"; sha256 = "{zeros}"; }}'),
    ],
    "fetchGit": [
        *plain(
            "fetchGit {secret}/repo", 'fetchGit "{secret}/repo"', "fetchGit {ok}/stolen", 'fetchGit "{http}/r"',
            'fetchGit {{ url = "file://{secret}/repo"; ref = "main"; }}', 'fetchGit "file://{ok}/stolen"',
            'fetchGit "ssh://127.0.0.1/r"', 'fetchGit "{ok}/../secret/repo"', "fetchGit {ok}/directory/repo",
        ),
        *kind("locked file", 'fetchGit {{ url = "{secret}/repo"; rev = "{rev}"; }}',
              'fetchGit {{ url = "file://{secret}/repo/.git"; rev = "{rev}"; allRefs = true; }}',
              'fetchGit {{ url = "file://{ok}/.."; rev = "{rev}"; }}'),
        *kind("locked", 'fetchGit {{ url = "{http}/r"; rev = "{rev}"; }}'),
    ],
    "fetchMercurial": [
        *plain('fetchMercurial "{secret}/hg"', 'fetchMercurial "{http}/r"', 'fetchMercurial "{ok}/directory/hg"'),
        *kind("locked file", 'fetchMercurial {{ url = "{secret}/hg"; rev = "{rev}"; }}'),
        *kind("locked hg", 'fetchMercurial {{ url = "{http}/r"; rev = "{rev}"; }}'),
    ],
    "fetchTree": [
        *plain(
            'fetchTree {{ type = "path"; path = "{secret}"; }}', 'fetchTree "path:{ok}/directory/flake"',
            'fetchTree {{ type = "file"; url = "file://{secret}/file"; }}',
            'fetchTree {{ type = "file"; url = "file://{ok}/link"; }}',
            'fetchTree {{ type = "tarball"; url = "{http}/t.tar"; }}',
            'fetchTree {{ type = "git"; url = "file://{secret}/repo"; }}',
            'fetchTree {{ type = "hg"; url = "file://{secret}/hg"; }}',
        ),
        *kind("locked file", 'fetchTree {{ type = "path"; path = "{secret}"; narHash = "{zeros}"; }}',
              'fetchTree {{ type = "git"; url = "file://{secret}/repo"; rev = "{rev}"; }}'),
        *kind("locked", 'fetchTree {{ type = "tarball"; url = "{http}/t.tar"; narHash = "{zeros}"; }}'),
    ],
    "fetchClosure": kind(
        "locked",
        'builtins.fetchClosure {{ fromStore = "{http}"; fromPath = /nix/store/' + "a" * 32 + "-x; }}",
    ),
    "getFlake": [
        *plain(
            '(builtins.getFlake "path:{secret}/flake").x', '(builtins.getFlake "path:{ok}/flake").x',
            '(builtins.getFlake "path:{ok}/directory/flake").x', 'builtins.getFlake "{http}/f.tar.gz"',
            '(builtins.getFlake "git+file://{secret}/repo").x', '(builtins.getFlake "git+file://{ok}/stolen").x',
            '(builtins.getFlake "path:{ok}/../secret/flake").x',
        ),
        *kind("configuration", '(builtins.getFlake "secret").x'),
        *kind("locked file", '(builtins.getFlake "path:{secret}/flake?narHash={zeros}").x'),
        *kind("locked", 'builtins.getFlake "{http}/f.tar.gz?narHash={zeros}"'),
    ],
    "derivation": kind("build", f"builtins.readFile {DERIVATION}", f"builtins.readDir {DERIVATION}",
                       f"builtins.path {{{{ path = {DERIVATION}; }}}}"),
    "syntax": [
        *copying('"${{%s}}"'),
        *kind("home", "toString ~/x", "~/.config/nix/nix.conf", "builtins.readFile ~/.config/nix/nix.conf"),
    ],
}  # fmt: skip
"""`syntax` is for what needs no builtin."""

MORE = frozenset({"syntax", "derivation"})
"""Rows that are no builtin's."""

POOL = (
    "{secret}/file", '"file://{secret}/file"', '"{http}/x"', '"NIXLITE_SECRET"', "(_: _: {ok}/link)",
    '{{ url = "file://{secret}/file"; path = {secret}/file; name = "x"; outPath = {ok}/link; }}',
)  # fmt: skip
"""What every builtin is called with: as all of its arguments, and, if it looks at more than these, as each of them
with something harmless."""
HARMLESS = ("[ ]", '"x"', "{{ }}")


def generated(name: str, count: int) -> list[str]:
    """Calls of a builtin with *count* arguments (-1: no function)."""
    if count < 0:
        return [f"builtins.{name}"]
    rows: list[list[str]] = []
    for item in POOL:
        rows.append([item] * count)
        for other in HARMLESS if count > 1 and ROWS[name] else ():
            rows += [[other] * at + [item] + [other] * (count - at - 1) for at in range(count)]
    return [f"builtins.{name} {' '.join(row)}" for row in rows]


# --- commands

LEAKS: list[Probe] = [
    *plain("builtins.readFile {secret}/file", 'builtins.readFile (builtins.fetchurl "file://{ok}/link")',
           'builtins.getEnv "NIXLITE_SECRET"', 'builtins.readFile (builtins.fetchurl "{http}/x")', "(fetchGit {secret}/repo).outPath"),
]  # fmt: skip
"""Expressions that commands are given; each is a string."""

EVALUATING: dict[str, list[str]] = {
    "eval": ["--expr", "LEAK"],
    "instantiate": ["--eval", "-E", "LEAK"],
    "derivation": ["show", "--expr", "DERIVATION"],
    "build": ["--dry-run", "--expr", "DERIVATION"],
    "path-info": ["--derivation", "--expr", "DERIVATION"],
    "repl": ["--expr", "{{ }}"],
    "why": ["-E", "{{ x = LEAK; }}", "x"],
    "diff": ["-E", "LEAK", "-E", "1"],
    "impact": ["-E", "{{ p = DERIVATION; }}", "-E", "builtins.trace LEAK {{ }}"],
    "args": ["-f", "{ok}/set.nix", "-E", "builtins.trace LEAK ({{ x ? 1 }}: x)"],
    "stale": ["-E", "builtins.trace LEAK DERIVATION"],
    "override": ["{ok}/set.nix", "p", "name=(throw LEAK)"],
    "layers": ["-E", "builtins.trace LEAK {{ x = 1; }}"],
    "trace": ["--strict", "-E", "LEAK"],
}
"""The words of commands that evaluate a program."""

FLAKES: dict[str, list[str]] = {
    "flake show": ["path:{ok}/evil"],
    "flake check": ["path:{ok}/evil"],
    "flake metadata": ["path:{ok}/flake"],
    "flake info": ["path:{ok}/flake"],
    "flake archive": ["--dry-run", "path:{ok}/flake"],
    "flake lock": ["path:{ok}/flake"],
    "flake update": ["--flake", "path:{ok}/flake"],
}
"""The words of commands that look at a flake."""

NAMED = "it evaluates nothing, and reads what the user names"
OWN = "it shows what is the user's own"
COURSE = "a course is evaluated restricted to its own folder, the learner's and the bundled set (tests/learn)"
SITE = "files of nixlite and npm are put into a folder, or shown on loopback; what a page evaluates is in its own memory"
OTHERS: dict[str, str] = {
    **dict.fromkeys(
        ["hash file", "hash path", "store add", "store add-file", "store add-path", "lint"], NAMED
    ),
    **dict.fromkeys(
        ["hash convert", "hash to-base16", "hash to-base32", "hash to-base64", "hash to-sri"], NAMED
    ),
    **dict.fromkeys(["config show", "cache", "registry add", "registry list", "registry remove"], OWN),
    **dict.fromkeys(["registry pin", "registry resolve"], OWN),
    "test": "pytest runs the programs, in processes of its own, with the settings of the command line: see tests/testing",
    "completion": "it prints a script that is made from nixlite's own tables",
    "learn": COURSE,
    "jobs": "programs are evaluated in processes of its own: see `test_jobs_let_no_secret_out`",
    "lsp": "an editor's own files are evaluated, in processes of its own, which ask no server and run no program: see tests/lsp",
    **dict.fromkeys(
        ["kernel install", "kernel start"],
        "a notebook's cells are the user's own, as the inputs of a session",
    ),
    **dict.fromkeys(["playground build", "playground serve"], SITE),
}
"""Commands in which no program is run, and why that is no matter."""
