"""Overrides and what they leave behind: the table by which `nixlite stale` is measured.

A row is (what it shows, the program, the program with the override there from the start, the stale attributes). The
third is how the second is judged: an attribute is stale when its values in both differ. `None` there means that
nothing was overridden, so that nothing can be stale. The programs are evaluated by the normal evaluator for that.
"""

from __future__ import annotations

FIX = "let fix = f: let x = f x; in x; "
EXTENSIBLE = (
    "let fix = f: let x = f x; in x; extend = o: f: final: let prev = f final; in prev // o final prev; in "
)
OVERRIDABLE = (
    "let over = f: args: let r = f args; in r // { override = new: over f (args // new); "
    "overrideAttrs = change: r // change r; }; in "
)
MAKE = "let make = f: f { } // { overrideAttrs = change: make (old: f old // change (f old)); }; in "

CASES: list[tuple[str, str, str | None, set[str]]] = [
    # -- rec
    ("rec: read directly", 'rec { v = "1"; s = "x-${v}"; } // { v = "2"; }', 'rec { v = "2"; s = "x-${v}"; }', {"s"}),
    ("rec: through another", 'rec { v = "1"; r = "r${v}"; s = "s${r}"; } // { v = "2"; }', 'rec { v = "2"; r = "r${v}"; s = "s${r}"; }', {"r", "s"}),
    ("rec: not read", 'rec { v = "1"; s = "x"; } // { v = "2"; }', 'rec { v = "2"; s = "x"; }', set()),
    ("rec: arithmetic", "rec { a = 1; b = a + 1; c = b * a; } // { a = 5; }", "rec { a = 5; b = a + 1; c = b * a; }", {"b", "c"}),
    ("rec: a list", "rec { a = 1; l = [ a 2 ]; } // { a = 5; }", "rec { a = 5; l = [ a 2 ]; }", {"l"}),
    ("rec: inside a set", "rec { a = 1; s = { x = a; y = 2; }; } // { a = 5; }", "rec { a = 5; s = { x = a; y = 2; }; }", {"s.x"}),
    ("rec: a function", "rec { f = x: x + 1; y = f 1; } // { f = x: x + 2; }", "rec { f = x: x + 2; y = f 1; }", {"y"}),
    ("rec: an alias", "rec { a = 1; b = a; } // { a = 5; }", "rec { a = 5; b = a; }", {"b"}),
    (
        "rec: through an alias",
        "rec { a = 1; b = a; c = b; } // { b = 5; }",
        "rec { a = 1; b = 5; c = b; }",
        {"c"},
    ),
    ("rec: both replaced", "rec { a = 1; b = a; } // { a = 5; b = 6; }", "rec { a = 5; b = 6; }", set()),
    ("rec: conditional taken", 'rec { v = "1"; s = if v == "1" then "old" else "new"; } // { v = "2"; }', 'rec { v = "2"; s = if v == "1" then "old" else "new"; }', {"s"}),
    ("rec: conditional with the same outcome", 'rec { v = "1"; s = if v == "9" then "a" else "b"; } // { v = "2"; }', 'rec { v = "2"; s = if v == "9" then "a" else "b"; }', set()),
    ("rec: branch not taken", 'rec { v = "1"; s = if false then v else "b"; } // { v = "2"; }', 'rec { v = "2"; s = if false then v else "b"; }', set()),
    ("rec: same length", 'rec { v = "1"; n = builtins.stringLength v; } // { v = "2"; }', 'rec { v = "2"; n = builtins.stringLength v; }', set()),
    ("rec: builtin reads", 'rec { v = "1.2"; m = builtins.head (builtins.splitVersion v); } // { v = "2.0"; }', 'rec { v = "2.0"; m = builtins.head (builtins.splitVersion v); }', {"m"}),
    ("rec: read twice by builtins", 'rec { v = "1"; a = builtins.toString v; b = builtins.concatStringsSep "." [ v v ]; } // { v = "2"; }', 'rec { v = "2"; a = builtins.toString v; b = builtins.concatStringsSep "." [ v v ]; }', {"a", "b"}),
    ("rec: nested rec", 'rec { v = "1"; m = rec { n = v; o = n + "!"; }; } // { v = "2"; }', 'rec { v = "2"; m = rec { n = v; o = n + "!"; }; }', {"m.n", "m.o"}),
    ("rec: inherit from", 'rec { p = { v = "1"; }; inherit (p) v; s = "x${v}"; } // { v = "2"; }', 'rec { p = { v = "2"; }; inherit (p) v; s = "x${v}"; }', {"s", "p.v"}),
    ("rec: three times", 'rec { v = "1"; s = "x${v}"; } // { v = "2"; } // { v = "3"; }', 'rec { v = "3"; s = "x${v}"; }', {"s"}),
    ("rec: override adds only", 'rec { v = "1"; s = "x${v}"; } // { w = "2"; }', None, set()),
    ("rec: overridden with the same", 'rec { v = "1"; s = "x${v}"; } // { v = "1"; }', 'rec { v = "1"; s = "x${v}"; }', set()),
    ("rec: the one that read is replaced", 'rec { v = "1"; s = "x${v}"; } // { v = "2"; s = "x2"; }', 'rec { v = "2"; s = "x2"; }', set()),
    ("rec: Boolean", "rec { on = false; flags = if on then [ 1 ] else [ ]; } // { on = true; }", "rec { on = true; flags = if on then [ 1 ] else [ ]; }", {"flags"}),
    ("rec: null to something", 'rec { x = null; y = x == null; } // { x = 1; }', "rec { x = 1; y = x == null; }", {"y"}),
    ("rec: with a set replaced", "rec { c = { p = 1; }; d = c.p; } // { c = { p = 2; }; }", "rec { c = { p = 2; }; d = c.p; }", {"d"}),
    ("rec: list replaced", "rec { l = [ 1 ]; n = builtins.length l; } // { l = [ 1 2 ]; }", "rec { l = [ 1 2 ]; n = builtins.length l; }", {"n"}),
    # -- let
    ("let: inherit", 'let v = "1"; in { inherit v; s = "x-${v}"; } // { v = "2"; }', 'let v = "2"; in { inherit v; s = "x-${v}"; }', {"s"}),
    ("let: renamed", 'let ver = "1"; in { v = ver; s = "x-${ver}"; } // { v = "2"; }', 'let ver = "2"; in { v = ver; s = "x-${ver}"; }', {"s"}),
    ("let: in between", 'let v = "1"; r = "r${v}"; in { inherit v r; s = r; } // { v = "2"; }', 'let v = "2"; r = "r${v}"; in { inherit v r; s = r; }', {"r", "s"}),
    ("let: unused by others", 'let v = "1"; in { inherit v; s = "x"; } // { v = "2"; }', 'let v = "2"; in { inherit v; s = "x"; }', set()),
    ("let: a function of it", 'let v = "1"; f = x: "${x}-${v}"; in { inherit v; s = f "a"; } // { v = "2"; }', 'let v = "2"; f = x: "${x}-${v}"; in { inherit v; s = f "a"; }', {"s"}),
    ("let: another of the same value", 'let v = "1"; w = "1"; in { inherit v; s = w; } // { v = "2"; }', 'let v = "2"; w = "1"; in { inherit v; s = w; }', set()),
    ("let: with", 'let p = { v = "1"; }; in with p; { inherit v; s = "x${v}"; } // { v = "2"; }', 'let p = { v = "2"; }; in with p; { inherit v; s = "x${v}"; }', {"s"}),
    ("let: selected", 'let p = { v = "1"; }; in { inherit (p) v; s = "x${p.v}"; } // { v = "2"; }', 'let p = { v = "2"; }; in { inherit (p) v; s = "x${p.v}"; }', {"s"}),
    ("let: twice selected", 'let p = { q.v = "1"; }; in { v = p.q.v; s = p.q.v; } // { v = "2"; }', 'let p = { q.v = "2"; }; in { v = p.q.v; s = p.q.v; }', {"s"}),
    # -- arguments
    ("argument: given", 'let f = { v }: { inherit v; s = "x${v}"; }; in f { v = "1"; } // { v = "2"; }', 'let f = { v }: { inherit v; s = "x${v}"; }; in f { v = "2"; }', {"s"}),
    ("argument: default", 'let f = { v ? "1" }: { inherit v; s = "x${v}"; }; in f { } // { v = "2"; }', 'let f = { v ? "2" }: { inherit v; s = "x${v}"; }; in f { }', {"s"}),
    ("argument: default of a default", 'let f = { v ? "1", s ? "x${v}" }: { inherit v s; }; in f { } // { v = "2"; }', 'let f = { v ? "2", s ? "x${v}" }: { inherit v s; }; in f { }', {"s"}),
    ("argument: plain", 'let f = v: { inherit v; s = "x${v}"; }; in f (rec { v = "1"; }).v // { v = "2"; }', 'let f = v: { inherit v; s = "x${v}"; }; in f (rec { v = "2"; }).v', {"s"}),
    ("argument: @", 'let f = args@{ v, ... }: args // { s = "x${v}"; }; in f { v = "1"; } // { v = "2"; }', 'let f = args@{ v, ... }: args // { s = "x${v}"; }; in f { v = "2"; }', {"s"}),
    ("argument: a builder", 'let fetch = { rev }: { url = "u/${rev}"; inherit rev; }; in rec { v = "1"; src = fetch { rev = v; }; } // { v = "2"; }', 'let fetch = { rev }: { url = "u/${rev}"; inherit rev; }; in rec { v = "2"; src = fetch { rev = v; }; }', {"src.url", "src.rev"}),
    ("argument: a builder with a constant", 'let fetch = { rev }: { url = "u/${rev}"; }; in rec { v = "1"; src = fetch { rev = "main"; }; } // { v = "2"; }', 'let fetch = { rev }: { url = "u/${rev}"; }; in rec { v = "2"; src = fetch { rev = "main"; }; }', set()),
    ("argument: override of an overridable", OVERRIDABLE + '(over ({ v }: { inherit v; s = "x${v}"; }) { v = "1"; }).override { v = "2"; }', None, set()),
    ("argument: overrideAttrs of an overridable", OVERRIDABLE + '(over ({ v }: { inherit v; s = "x${v}"; }) { v = "1"; }).overrideAttrs (old: { v = "2"; })', OVERRIDABLE + 'over ({ v }: { inherit v; s = "x${v}"; }) { v = "2"; }', {"s"}),
    ("argument: overrideAttrs says both", OVERRIDABLE + '(over ({ v }: { inherit v; s = "x${v}"; }) { v = "1"; }).overrideAttrs (old: rec { v = "2"; s = "x${v}"; })', OVERRIDABLE + 'over ({ v }: { inherit v; s = "x${v}"; }) { v = "2"; }', set()),
    ("argument: the new takes the old", OVERRIDABLE + '(over ({ v }: { inherit v; s = "x${v}"; }) { v = "1"; }).overrideAttrs (old: { v = old.v + "p"; })', OVERRIDABLE + 'over ({ v }: { inherit v; s = "x${v}"; }) { v = "1p"; }', {"s"}),
    ("argument: another is made of the old", OVERRIDABLE + '(over ({ v }: { inherit v; s = 0; }) { v = "1"; }).overrideAttrs (old: { v = "2"; s = "x${old.v}"; })', OVERRIDABLE + '(over ({ v }: { inherit v; s = 0; }) { v = "2"; }).overrideAttrs (old: { v = "2"; s = "x${old.v}"; })', {"s"}),
    # -- fixed points
    ("fix: final", FIX + 'b = final: { v = "1"; s = "x${final.v}"; }; in fix (final: b final // { v = "2"; })', FIX + 'b = final: { v = "2"; s = "x${final.v}"; }; in fix b', set()),
    ("fix: final, over the result", FIX + 'b = final: { v = "1"; s = "x${final.v}"; }; in fix b // { v = "2"; }', FIX + 'b = final: { v = "2"; s = "x${final.v}"; }; in fix b', {"s"}),
    ("fix: rec within", FIX + 'b = final: rec { v = "1"; s = "x${v}"; }; in fix (final: b final // { v = "2"; })', FIX + 'b = final: rec { v = "2"; s = "x${v}"; }; in fix b', {"s"}),
    ("fix: half and half", FIX + 'b = final: rec { v = "1"; s = "x${v}"; t = "t${final.v}"; }; in fix (final: b final // { v = "2"; })', FIX + 'b = final: rec { v = "2"; s = "x${v}"; t = "t${final.v}"; }; in fix b', {"s"}),
    ("fix: the new takes the old", FIX + 'b = final: { v = "1"; s = "x${final.v}"; }; in fix (final: let prev = b final; in prev // { v = prev.v + "p"; })', FIX + 'b = final: { v = "1p"; s = "x${final.v}"; }; in fix b', set()),
    ("overlay: final", EXTENSIBLE + 'fix (extend (final: prev: { v = "2"; }) (final: { v = "1"; s = "x${final.v}"; }))', EXTENSIBLE + 'fix (final: { v = "2"; s = "x${final.v}"; })', set()),
    ("overlay: prev", EXTENSIBLE + 'fix (extend (final: prev: { v = "2"; s = "x${prev.v}"; }) (final: { v = "1"; s = 0; }))', EXTENSIBLE + 'fix (extend (final: prev: { v = "2"; s = "x${prev.v}"; }) (final: { v = "2"; s = 0; }))', {"s"}),
    ("overlay: two, the second sees the first", EXTENSIBLE + 'fix (extend (final: prev: { s = "x${final.v}"; }) (extend (final: prev: { v = "2"; }) (final: { v = "1"; s = 0; })))', EXTENSIBLE + 'fix (final: { v = "2"; s = "x${final.v}"; })', set()),
    ("overlay: rec below", EXTENSIBLE + 'fix (extend (final: prev: { v = "2"; }) (final: rec { v = "1"; s = "x${v}"; t = "y${s}"; }))', EXTENSIBLE + 'fix (final: rec { v = "2"; s = "x${v}"; t = "y${s}"; })', {"s", "t"}),
    ("overlay: through final of a stale one", EXTENSIBLE + 'fix (extend (final: prev: { v = "2"; }) (final: rec { v = "1"; s = "x${v}"; t = "y${final.s}"; }))', EXTENSIBLE + 'fix (final: rec { v = "2"; s = "x${v}"; t = "y${final.s}"; })', {"s", "t"}),
    ("overlay: a let beside", EXTENSIBLE + 'let d = "1"; in fix (extend (final: prev: { v = "2"; }) (final: { v = d; s = "x${d}"; t = final.v; }))', EXTENSIBLE + 'let d = "2"; in fix (final: { v = d; s = "x${d}"; t = final.v; })', {"s"}),
    # -- how sets are made
    ("made: mapAttrs above", 'builtins.mapAttrs (n: x: x + "!") (rec { v = "1"; s = "x${v}"; } // { v = "2"; })', 'builtins.mapAttrs (n: x: x + "!") (rec { v = "2"; s = "x${v}"; })', {"s"}),
    ("made: removeAttrs above", 'removeAttrs (rec { v = "1"; s = "x${v}"; t = 1; } // { v = "2"; }) [ "t" ]', 'removeAttrs (rec { v = "2"; s = "x${v}"; t = 1; }) [ "t" ]', {"s"}),
    ("made: removed is not reported", 'removeAttrs (rec { v = "1"; s = "x${v}"; } // { v = "2"; }) [ "s" ]', 'removeAttrs (rec { v = "2"; s = "x${v}"; }) [ "s" ]', set()),
    ("made: listToAttrs", 'rec { v = "1"; m = builtins.listToAttrs [ { name = "a"; value = v; } ]; } // { v = "2"; }', 'rec { v = "2"; m = builtins.listToAttrs [ { name = "a"; value = v; } ]; }', {"m.a"}),
    ("made: foldl'", "builtins.foldl' (a: b: a // b) (rec { v = 1; s = v + 1; }) [ { v = 2; } { w = 3; } ]", "rec { v = 2; s = v + 1; w = 3; }", {"s"}),
    ("made: in a function's result", 'let f = base: base // { v = "2"; }; in f (rec { v = "1"; s = "x${v}"; })', 'let f = base: base; in f (rec { v = "2"; s = "x${v}"; })', {"s"}),
    ("made: dynamic name", 'rec { v = "1"; ${"s"} = "x${v}"; } // { v = "2"; }', 'rec { v = "2"; ${"s"} = "x${v}"; }', {"s"}),
    ("made: update with old //", 'let old = rec { v = "1"; s = "x${v}"; }; in old // (old // { v = "2"; })', 'rec { v = "2"; s = "x${v}"; }', {"s"}),
    # -- an attribute that was not there, meant for a variable
    ("meant: a let variable", MAKE + '(let v = "1"; in make (_: { s = "x${v}"; })).overrideAttrs (o: { v = "2"; })', 'let v = "2"; in { s = "x${v}"; inherit v; }', {"s"}),
    ("meant: a default", MAKE + '(({ v ? "1" }: make (_: { s = "x${v}"; })) { }).overrideAttrs (o: { v = "2"; })', 'let v = "2"; in { s = "x${v}"; inherit v; }', {"s"}),
    ("meant: a variable that nothing reads", MAKE + '(let v = "1"; in make (_: { s = "x"; t = v; u = 3; })).overrideAttrs (o: { v = "2"; t = "3"; })', 'let v = "2"; in { s = "x"; t = "3"; u = 3; inherit v; }', set()),
    ("meant: no such variable", MAKE + '(make (_: { s = "x1"; })).overrideAttrs (o: { v = "2"; })', '{ s = "x1"; v = "2"; }', set()),
    ("override: an argument", OVERRIDABLE + '(over ({ v ? "1" }: { inherit v; s = "x${v}"; }) { }).override { v = "2"; }', 'let v = "2"; in { inherit v; s = "x${v}"; }', set()),
    # -- never overridden
    ("never: rec", 'rec { v = "1"; s = "x${v}"; }', None, set()),
    ("never: let", 'let v = "1"; in { inherit v; s = v; }', None, set()),
    ("never: defaults below", '{ a = 1; } // rec { b = 2; c = b; }', None, set()),
    ("never: an extension that adds", EXTENSIBLE + 'fix (extend (final: prev: { w = prev.v; }) (final: rec { v = "1"; s = "x${v}"; }))', None, set()),
    ("never: empty override", 'rec { v = "1"; s = "x${v}"; } // { }', None, set()),
    ("never: passed on", 'let b = rec { v = "1"; s = "x${v}"; }; in b // { inherit (b) v; }', None, set()),
]  # fmt: skip
