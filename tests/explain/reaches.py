"""How far values get: overrides of packages, in every form in which people write them.

A row is (reach, the package, what is given, the facts by which the reach is judged). The facts are expressions of
the normal evaluator, which gives real Nix's drvPaths: *with* and *without* the value, and, where the value is
for something that the package's builder makes, the package with it *there from the start*. So no row says more than
an evaluation does.
"""

from __future__ import annotations

from typing import NamedTuple

FORMS = {
    "set": "SUBJECT.overrideAttrs { GIVEN }",
    "old": "SUBJECT.overrideAttrs (o: { GIVEN })",
    "whole": "SUBJECT.overrideAttrs (o: o // { GIVEN })",
    "final": "SUBJECT.overrideAttrs (final: prev: { GIVEN })",
    "rec": "SUBJECT.overrideAttrs (o: rec { GIVEN })",
    "let": "SUBJECT.overrideAttrs (old: let inherit (old) name; in { GIVEN })",
    "twice": "(SUBJECT.overrideAttrs { dontStrip = true; }).overrideAttrs (o: { GIVEN })",
    "variable": "(let p = SUBJECT; in p.overrideAttrs { GIVEN })",
}
"""Ways to write the same override; `twice` is beside another one."""


class Row(NamedTuple):
    """*edits*: the package with the value there from the start, as (file below the set, old text, new text);
    empty where nothing is made of the value."""

    reach: str
    subject: str
    name: str
    given: str
    edit: tuple[str, str, str] | None = None
    forms: tuple[str, ...] = tuple(FORMS)


ROWS = [
    # -- read by the build
    Row("built in", "ps.curl", "patches", "patches = [ ./a.patch ];"),
    Row("built in", "ps.expat", "doCheck", "doCheck = true;"),
    Row("built in", "ps.bzip2", "NIX_CFLAGS_COMPILE", 'NIX_CFLAGS_COMPILE = "-O3";'),
    Row("built in", "ps.libpng", "postInstall", 'postInstall = "echo done";'),
    Row("built in", "ps.freetype", "version", 'version = "2.14";', ("pkgs/libs/freetype.nix", '"2.13.3"', '"2.14"')),
    Row("built in", "ps.gd", "makeFlags", 'makeFlags = [ "V=1" ];'),
    # -- only a variable
    Row("environment only", "ps.python3Packages.pillow", "pname", 'pname = "Pil";', ("pkgs/python/pillow.nix", 'pname = "Pillow"', 'pname = "Pil"')),
    Row("environment only", "ps.python3Packages.kornia", "version", 'version = "0.4.2";', ("pkgs/python/kornia.nix", '"0.4.1"', '"0.4.2"')),
    Row("environment only", "ps.python3Packages.tqdm", "version", 'version = "4.48.0";', ("pkgs/python/tqdm.nix", '"4.47.0"', '"4.48.0"')),
    Row("environment only", "ps.python3Packages.opt-einsum", "dependencies", "dependencies = [ ps.python3Packages.tqdm ];", ("pkgs/python/opt-einsum.nix", "pname =", "dependencies = [ tqdm ]; pname =")),
    Row("environment only", "ps.python3Packages.pytorch", "version", 'version = "1.7.0";', ("pkgs/python/pytorch.nix", 'version = "1.6.0"', 'version = "1.7.0"')),
    # -- nothing reads it
    Row("read by nothing", "ps.python3Packages.pillow", "doCheck", "doCheck = false;"),
    Row("read by nothing", "ps.python3Packages.numpy", "doCheck", "doCheck = false;"),
    Row("read by nothing", "ps.python3Packages.pyyaml", "doCheck", "doCheck = false;"),
    # -- the package writes its own over it
    Row("lost", "ps.git", "stdenv", "stdenv = ps.gcc12Stdenv;"),
    Row("lost", "ps.curl", "stdenv", "stdenv = ps.gcc12Stdenv;"),
    Row("lost", "ps.graphviz", "system", 'system = "riscv64-linux";'),
    # -- no part of the build
    Row("not part of the build", "ps.hello", "meta", 'meta = { description = "x"; };'),
    Row("not part of the build", "ps.expat", "passthru", "passthru = { note = 1; };"),
    # -- the same as before
    Row("same as before", "ps.fontconfig", "configureFlags", 'configureFlags = [ "--sysconfdir=/etc" "--disable-docs" ];'),
    Row("same as before", "ps.cmake", "doCheck", "doCheck = false;"),
    # -- inside a wrapper
    Row("inside a wrapper", "ps.gcc13", "version", 'version = "13.4.1";'),
    Row("inside a wrapper", "(ps.python3.withPackages (p: [ p.pillow ]))", "doInstallCheck", "doInstallCheck = false;"),
    Row("inside a wrapper", "(ps.python3.withPackages (p: [ p.numpy p.tqdm ]))", "patches", "patches = [ ./a.patch ];"),
    # -- nobody names it: a slip, or something that a program reads
    Row("environment only", "ps.hello", "versoin", 'versoin = "3";'),
    Row("environment only", "ps.curl", "buildInptus", "buildInptus = [ ps.zlib ];"),
    Row("could not tell", "ps.zlib", "MY_TOOL_HOME", 'MY_TOOL_HOME = "/x";'),
]  # fmt: skip

ARGUMENTS = [
    ("built in", "ps.curl.override { zlibSupport = false; }", "zlibSupport"),
    ("built in", "ps.curl.override (a: { zlibSupport = false; })", "zlibSupport"),
    ("built in", "ps.git.override { zlib = ps.zlib.overrideAttrs { doCheck = false; }; }", "zlib"),
    (
        "built in",
        "(ps.curl.override { zlibSupport = false; }).override { zlibSupport = true; }",
        "zlibSupport",
    ),
    (
        "read by nothing",
        "(ps.curl.override { zlib = null; }).override { zlibSupport = false; }",
        "zlibSupport",
    ),
    ("same as before", "ps.git.override { inherit (ps) zlib; }", "zlib"),
    ("same as before", "ps.git.override (a: { inherit (a) curl; })", "curl"),
    ("read by nothing", 'ps.hello // { version = "2.9"; }', "version"),
    ("read by nothing", "(ps.hello // { src = ps.curl.src; })", "src"),
    ("read by nothing", "ps.curl // { buildInputs = [ ]; }", "buildInputs"),
    ("not part of the build", "ps.curl // { meta.priority = 1; }", "meta"),
    ("refused", "ps.curl.override { opensslSupport = true; }", "opensslSupport"),
    ("refused", 'ps.hello.override { version = "3"; }', "version"),
    ("refused", "(ps.libpng.overrideAttrs { dontStrip = true; }).override { nope = 1; }", "nope"),
]

REPLACED = [
    ('ps.cmake.overrideAttrs { configureFlags = [ "--qt-gui" ]; }', "configureFlags", 3),
    ('ps.cmake.overrideAttrs (o: { configureFlags = [ "--qt-gui" ]; })', "configureFlags", 3),
    ("ps.cmake.overrideAttrs (final: prev: { configureFlags = [ ]; })", "configureFlags", 3),
    ('ps.fontconfig.overrideAttrs (o: rec { configureFlags = [ "--disable-docs" ]; })', "configureFlags", 1),
    ("ps.git.overrideAttrs (o: { buildInputs = [ ps.zlib ]; })", "buildInputs", 1),
    (
        'ps.cmake.overrideAttrs (o: { configureFlags = o.configureFlags ++ [ "--qt-gui" ]; })',
        "configureFlags",
        0,
    ),
    (
        'ps.cmake.overrideAttrs (o: { configureFlags = [ "--qt-gui" ] ++ o.configureFlags or [ ]; })',
        "configureFlags",
        0,
    ),
    ("ps.cmake.overrideAttrs (o: { configureFlags = builtins.tail o.configureFlags; })", "configureFlags", 0),
    (
        'ps.cmake.overrideAttrs (o: { configureFlags = builtins.filter (f: f != "--") o.configureFlags; })',
        "configureFlags",
        0,
    ),
    ("ps.hello.overrideAttrs { meta = { priority = 1; }; }", "meta", 5),
    ("ps.hello.overrideAttrs (o: { meta = o.meta // { priority = 1; }; })", "meta", 0),
]
"""(override, name, how many elements or attributes are lost)."""
