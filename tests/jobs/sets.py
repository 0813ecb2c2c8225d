"""Sets that the tests look for jobs in, and what real Nix says of them."""

from __future__ import annotations

MAKE = """
make = name: derivation {{
  inherit name;
  system = "x86_64-linux";
  builder = "/bin/sh";
  args = [ "-c" "echo > $out" ];
  {more}
}};
"""

SMALL = f"""
{{ suffix ? "" }}:
let {MAKE.format(more="")}
in {{
  a = make "a${{suffix}}";
  b = throw "no b";
  "x.y" = make "xy";
  "1" = make "one";
  c = {{ recurseForDerivations = true; d = make "d"; e = 1; }};
  f = {{ g = make "g"; }};
  h = {{ i ? 2 }}: make "h${{toString i}}";
}}
"""

NIX = {  # Nix 2.34.8: drvPath of each
    "a": "/nix/store/8vf92l7v9s232gcyqhkydmgvrcanl7hj-a.drv",
    '"x.y"': "/nix/store/i60nhgml5qdp9ndnfvwk4g11vhlp0f2d-xy.drv",
    "1": "/nix/store/zqwgr2sy5qza5b2kayrc58jj6229rd3k-one.drv",
    "c.d": "/nix/store/6irdqzk049p0fhhg1hm40mx4ds5cpc4l-d.drv",
    "h": "/nix/store/x4rgc8rp6dklsi137gnh2lydzrknbgby-h2.drv",
}
NIX_INNER = {"f.g": "/nix/store/xr8kmr8ipv3hjv15c94r7qdycyvyb80a-g.drv"}
NIX_SUFFIX = "/nix/store/8i6rh1qjd6r0jg3zq5bwxz3q0yhgpczw-az.drv"

MANY = f"""
let
  {MAKE.format(more="")}
  spin = n: builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x * n) 20000);
  names = builtins.genList (n: "job${{toString n}}") 80;
  one = name: {{ inherit name; value = make "${{name}}-${{toString (spin (builtins.stringLength name))}}"; }};
  set = builtins.listToAttrs (map one names);
in set // {{ inner = set // {{ recurseForDerivations = true; }}; bad = throw "no"; }}
"""
