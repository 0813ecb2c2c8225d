"""Expressions whose derivations are compared with those of a real Nix; the answers lie in `answers.json`.

Each row: the expression, the experimental features it needs, why it is here. `FILES` are in the directory
that relative paths start from (a value of type `Link` is a symlink, one of type bytes is executable).
To record the answers again: `python -m tests.store.record COMMAND…`, where COMMAND runs programs of a real
Nix in the current directory (nothing, where Nix is installed).
"""

from __future__ import annotations

from typing import NamedTuple


class Link(NamedTuple):
    """A symlink."""

    target: str


FILES: dict[str, str | bytes | Link] = {
    "foo.txt": "some text\n",
    "run.sh": b"#!/bin/sh\n",
    "link": Link("foo.txt"),
    "dir/a": "1",
    "dir/sub/b": "2",
    "dir/sub/run": b"x",
    "dir/link": Link("sub/b"),
    "dir/.hidden": "",
    "empty.txt": "",
    "über.txt": "ü",
}

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
ABC_SRI = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA512_BASE64 = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="


def drv(attrs: str) -> str:
    """A derivation named x with more attributes."""
    return f'derivation {{ name = "x"; system = "s"; builder = "b"; {attrs} }}'


CA = "ca-derivations"
DYNAMIC = "ca-derivations dynamic-derivations"
IMPURE = "ca-derivations impure-derivations"

A1 = drv("a = 1;")
A2 = drv("a = 2;")
TWO = drv('outputs = [ "out" "dev" ];')
FIXED = drv(f'outputHash = "{ABC_SRI}";')
FIXED_1 = drv(f'outputHash = "{ABC_SRI}"; url = "1";')
FIXED_2 = drv(f'outputHash = "{ABC_SRI}"; url = "2";')
WITH_SOURCE = drv("src = ./dir;")
DEEP = drv(f"a = {WITH_SOURCE};")
FLOATING = drv("__contentAddressed = true;")
DEFERRED = drv(f"d = {FLOATING};")

DERIVATIONS = [
    (drv(""), "", "the smallest"),
    (drv('args = [ "" "a b" "q\\"u\\\\e" "nl\\ntab\\tcr\\r" ];'), "", "what ATerms escape"),
    (drv('args = [ 1 true null [ "a" [ 2 ] ] ./foo.txt ];'), "", "arguments of all types"),
    (drv('outputs = [ "out" "dev" ];'), "", "two outputs"),
    (drv('outputs = [ "bin" "lib" "z" ];'), "", "no output called out"),
    (drv('outputs = [ "a b" ];'), "", "an output with a blank is two"),
    (drv(f'outputHash = "{ABC_SRI}";'), "", "fixed, SRI"),
    (drv(f'outputHashAlgo = "sha256"; outputHash = "{ABC}";'), "", "fixed, base 16"),
    (drv(f'outputHashAlgo = "sha256"; outputHash = "{ABC.upper()}";'), "", "fixed, capital digits"),
    (drv(f'outputHashMode = "recursive"; outputHash = "{ABC_SRI}";'), "", "a source path"),
    (drv(f'outputHashMode = "nar"; outputHash = "sha256:{ABC}";'), "", "the new name of recursive"),
    (drv(f'outputHashMode = "flat"; outputHashAlgo = "md5"; outputHash = "{MD5}";'), "", "MD5"),
    (drv(f'outputHashMode = "recursive"; outputHashAlgo = "sha1"; outputHash = "{SHA1}";'), "", "SHA-1"),
    (drv(f'outputHashAlgo = "sha512"; outputHash = "{SHA512_BASE64}";'), "", "SHA-512, base 64"),
    (drv('outputHashAlgo = "sha256"; outputHash = "";'), "", "an empty hash is one of zeros"),
    (drv(f'outputHashAlgo = null; outputHash = "{ABC_SRI}";'), "", "no algorithm"),
    (drv(f'outputHashAlgo = "none"; outputHash = "{ABC_SRI}";'), "", "an unknown algorithm is none"),
    (
        drv("a = 1; b = 1.5; c = true; d = false; e = null; f = [ ]; g = [ 1 [ 2 ] ]; h = 1.0e10;"),
        "",
        "types",
    ),
    (drv('z = 1; a = 2; M = 3; _ = 4; "x.y" = 5; "a b" = 6; "é" = "日本";'), "", "order of variables"),
    (drv('a = "t\\tn\\nr\\rq\\"b\\\\d$";'), "", "what ATerms escape in variables"),
    (drv("src = ./foo.txt;"), "", "a file"),
    (drv("src = ./dir; e = ./empty.txt; x = ./run.sh; l = ./link;"), "", "a directory, modes, a link"),
    (drv('src = "${./dir}/sub"; t = toString ./dir == "";'), "", "a path below a source"),
    (drv('src = builtins.path { path = ./dir; name = "other"; };'), "", "another name"),
    (drv('src = builtins.path { path = ./. + "/über.txt"; name = "u"; recursive = false; };'), "", "flat"),
    (drv('src = builtins.path { path = ./dir; filter = p: t: t != "symlink"; };'), "", "a filter by type"),
    (drv('src = builtins.filterSource (p: t: baseNameOf p != "a") ./dir;'), "", "a filter by name"),
    (drv("src = builtins.filterSource (p: t: false) ./dir;"), "", "nothing is left"),
    (drv("src = builtins.path { path = ./link; };"), "", "builtins.path follows a link"),
    (
        drv('s = builtins.toFile "a" "text"; t = builtins.toFile "b" "${builtins.toFile "a" "text"}";'),
        "",
        "toFile",
    ),
    (drv(f"d = {A1};"), "", "an input"),
    (drv(f'd = "${{{A1}}}/bin/${{{A2}}}";'), "", "two inputs in one string"),
    (drv(f"d = ({TWO}).dev;"), "", "one output of an input"),
    (drv(f"d = ({TWO}).all;"), "", "all outputs of an input"),
    (drv(f"d = {FIXED};"), "", "a fixed input"),
    (
        drv(
            f'd = {drv(f"""outputHash = "{ABC_SRI}"; url = "1";""")}; e = {drv(f"""outputHash = "{ABC_SRI}"; url = "2";""")};'
        ),
        "",
        "two fixed inputs with one hash modulo",
    ),
    (drv(f"d = ({A1}).drvPath;"), "", "a .drv file with all outputs"),
    (drv(f"d = ({DEEP}).drvPath;"), "", "… and its closure"),
    (
        drv(f"d = builtins.unsafeDiscardOutputDependency ({A1}).drvPath;"),
        "",
        "a .drv file as a source",
    ),
    (drv(f"d = builtins.unsafeDiscardStringContext ({A1}).drvPath;"), "", "no dependency"),
    (drv('p = builtins.placeholder "out"; q = placeholder "dev";'), "", "placeholders"),
    (drv('x = { outPath = "/y"; }; y = { __toString = _: "z"; };'), "", "sets that are strings"),
    (drv('passAsFile = [ "big" ]; big = "text"; allowedReferences = [ ];'), "", "variables like others"),
    (drv("__ignoreNulls = true; a = null; b = 1;"), "", "nulls are left out"),
    (drv('__ignoreNulls = true; outputs = [ "a" ]; args = null;'), "", "null args are left out"),
    (drv("__structuredAttrs = false;"), "", "a variable like others"),
    (drv('__structuredAttrs = true; a = 1; b = [ "x" { c = null; } ]; d = true; e = 1.5;'), "", "JSON"),
    (
        drv('__structuredAttrs = true; "a\\"b" = 1.0e300; y = "é\\n\\t\\\\"; z = ./dir; e = [ ]; s = { };'),
        "",
        "JSON of all types",
    ),
    (
        drv(f'__structuredAttrs = true; outputs = [ "b" "a" ]; d = {A1}; args = [ "x" ];'),
        "",
        "JSON",
    ),
    (
        drv(f'__structuredAttrs = true; outputHash = "{ABC_SRI}"; outputHashMode = "recursive";'),
        "",
        "JSON, fixed",
    ),
    (drv("__structuredAttrs = true; __ignoreNulls = true; a = null; b.c = null;"), "", "JSON without nulls"),
    (drv('__json = "{\\"b\\": [1, 2.50], \\"a\\":null}";'), "", "the old way to structured attributes"),
    (drv("__contentAddressed = true;"), CA, "floating"),
    (drv('__contentAddressed = true; outputs = [ "out" "dev" ]; outputHashAlgo = "sha512";'), CA, "floating"),
    (drv('__contentAddressed = true; outputHashMode = "flat"; outputHashAlgo = "sha1";'), CA, "floating"),
    (drv("__contentAddressed = false;"), CA, "not floating"),
    (DEFERRED, CA, "deferred"),
    (drv(f"e = {DEFERRED};"), CA, "deferred twice"),
    (drv(f'__contentAddressed = true; outputHash = "{ABC_SRI}";'), CA, "fixed wins"),
    (drv("__impure = true;"), IMPURE, "impure"),
    (drv(f'outputHashMode = "text"; outputHash = "{ABC_SRI}";'), DYNAMIC, "text"),
    (drv(f'outputHashMode = "git"; outputHash = "sha1:{SHA1}";'), "git-hashing", "git"),
    (
        'let d = derivation { name = "d.drv"; system = "s"; builder = "b"; __contentAddressed = true; '
        'outputHashAlgo = "sha256"; outputHashMode = "text"; }; in '
        + drv('x = builtins.outputOf d.outPath "out";'),
        DYNAMIC,
        "an output of an output",
    ),
    ('derivation { name = ".foo"; system = 1; builder = ./run.sh; }', "", "odd but right"),
    ('derivation { name = "a+b-c._?=D9"; system = "x"; builder = "y"; }', "", "all characters of names"),
]

ERRORS = [
    (drv("__contentAddressed = true; __impure = true;"), IMPURE, "both"),
    (drv("__contentAddressed = true;"), "", "a feature"),
    (drv("__impure = true;"), "", "a feature"),
    (drv(f'outputHashMode = "text"; outputHash = "{ABC_SRI}";'), "", "a feature"),
    (drv(f'outputHashMode = "git"; outputHash = "{ABC_SRI}";'), "", "a feature"),
    (drv('outputHash = "blake3-AAAA";'), "", "a feature"),
    (drv('outputHashMode = "bogus"; outputHash = "x";'), "", "an unknown way"),
    (drv(f'outputHash = "{ABC}";'), "", "a hash without algorithm"),
    (drv('outputHash = "";'), "", "an empty hash without algorithm"),
    (drv('outputHash = "sha256-AAAA";'), "", "a short hash"),
    (drv('outputHash = "sha256-!!!!";'), "", "a hash with bad characters"),
    (drv(f'outputHash = "{ABC_SRI}"; outputHashAlgo = "sha1";'), "", "another algorithm"),
    (drv(f'outputHash = "sha3:{ABC}";'), "", "an unknown algorithm"),
    (drv(f'outputHash = "{ABC_SRI}"; outputs = [ "out" "dev" ];'), "", "two fixed outputs"),
    (drv(f'outputHash = "{ABC_SRI}"; outputs = [ "dev" ];'), "", "a fixed output of another name"),
    (drv('outputs = [ "out" "out" ];'), "", "an output twice"),
    (drv('outputs = [ "drvPath" ];'), "", "a name that is taken"),
    ('derivationStrict { name = "x"; outputs = [ ]; }', "", "no outputs"),
    ('derivationStrict { name = "x"; system = "s"; }', "", "no builder"),
    ('derivationStrict { name = "x"; builder = "b"; }', "", "no system"),
    ('derivationStrict { name = "x"; builder = ""; system = "s"; }', "", "an empty builder"),
    ("derivationStrict { }", "", "no name"),
    ('derivationStrict { name = ""; }', "", "an empty name"),
    ('derivationStrict { name = "."; }', "", "a name of a dot"),
    ('derivationStrict { name = ".-x"; }', "", "a name that begins with a dot and a dash"),
    ('derivationStrict { name = "..-x"; }', "", "a name that begins with two dots and a dash"),
    ('derivationStrict { name = "a b"; }', "", "a blank in the name"),
    ('derivationStrict { name = "a/b"; }', "", "a slash in the name"),
    (f'derivationStrict {{ name = "{"a" * 212}"; }}', "", "a long name"),
    ('derivationStrict { name = "x.drv"; system = "s"; builder = "b"; }', "", "a name that ends in .drv"),
    ("derivationStrict { name = 1; }", "", "a name that is no string"),
    ("derivationStrict 1", "", "no set"),
    (drv('args = "x";'), "", "args that are no list"),
    (drv("args = [ (x: x) ];"), "", "an argument that is no string"),
    (drv("f = { };"), "", "a set that is no string"),
    (drv('__structuredAttrs = "yes";'), "", "no Boolean"),
    (drv("__ignoreNulls = 1;"), "", "no Boolean"),
    (drv("__structuredAttrs = true; outputHash = 1;"), "", "no string"),
    (drv("__structuredAttrs = true; f = x: x;"), "", "no JSON"),
    (drv('__json = "{";'), "", "no JSON"),
    (drv('a = throw "mine";'), "", "the user's own error"),
    ('builtins.toFile "a b" "x"', "", "a bad name"),
    (f'builtins.toFile "a" "${{{A1}}}"', "", "a reference to an output"),
    (f'builtins.toFile "a" ({A1}).drvPath', "", "a reference to a derivation"),
    ('builtins.toFile "a.drv" "x"', "", "a .drv file that is none"),
    ('builtins.storePath "/nope"', "", "not in the store"),
    ('builtins.storePath "/nix/store/foo"', "", "not a store path"),
    ('builtins.storePath "nope"', "", "not a path"),
    ('builtins.path { path = ./foo.txt; sha256 = "x"; }', "", "a bad hash"),
    ("builtins.path { path = ./foo.txt; foo = 1; }", "", "an unknown argument"),
    ('builtins.path { name = "x"; }', "", "no path"),
    ("builtins.path { path = ./dir; recursive = false; }", "", "a directory hashed flatly"),
    ("builtins.path { path = ./dir; filter = p: t: 1; }", "", "a filter that gives no Boolean"),
    ("builtins.filterSource 1 ./dir", "", "a filter that is no function"),
    ('builtins.addDrvOutputDependencies "a"', "", "no context"),
    ('builtins.addDrvOutputDependencies "${./foo.txt}${./dir}"', "", "two references"),
    ('builtins.addDrvOutputDependencies "${./foo.txt}"', "", "no derivation"),
    (f'builtins.addDrvOutputDependencies "${{{A1}}}"', "", "an output"),
    ('builtins.appendContext "a" { x = { path = true; }; }', "", "no store path"),
    ('builtins.outputOf "abc" "out"', DYNAMIC, "no reference"),
    (f'builtins.outputOf ({A1}).drvPath "out"', DYNAMIC, "a deep reference"),
    (f'builtins.outputOf "${{{A1}}}x" "out"', DYNAMIC, "not the output itself"),
    (
        f'builtins.outputOf (builtins.unsafeDiscardOutputDependency ({A1}).drvPath) "x"',
        DYNAMIC,
        "no such",
    ),
]
