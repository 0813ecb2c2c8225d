"""Whether `why` knows all definitions of a NixOS option: compared with a real Nix, for options at random.

    python -m tests.explain.nixos --tree ~/nixpkgs --number 50 --seed 1 --nix 'nix-instantiate'

The system has modules of its own (below) that use what there is: `mkIf`, `mkMerge`, `mkForce`, `mkDefault`,
`mkOverride`, `mkBefore`, `imports`. For each option the definitions that count (`definitions` and `files`, of
which newer trees make `definitionsWithLocations`), and `highestPrio`, must be those that are kept here, in the
same order, with the same file, value and priority. At least half of the options have more than a default.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.modules.answer import Row, rows
from nixlite.explain.modules.asked import Asked, shown_path
from nixlite.explain.recording.program import Program
from nixlite.runtime.thunk import force
from nixlite.source import Source
from tests.explain.versions import quiet, settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nixlite.explain.recording.program import Examination

MODULES = {
    "configuration.nix": """
{ config, lib, pkgs, ... }: {
  imports = [ ./hardware.nix ./services.nix ./users.nix ./site.nix ];
  networking.hostName = "box";
  networking.firewall.allowedTCPPorts = [ 80 443 ];
  environment.systemPackages = [ pkgs.hello ];
  time.timeZone = "Europe/Berlin";
  i18n.defaultLocale = lib.mkDefault "de_DE.UTF-8";
  services.openssh.enable = true;
  services.openssh.permitRootLogin = "no";
  boot.kernel.sysctl."net.ipv4.ip_forward" = 1;
  security.sudo.wheelNeedsPassword = lib.mkOverride 900 false;
  nix.gc.automatic = true;
}
""",
    "hardware.nix": """
{ lib, ... }: {
  fileSystems."/" = { device = "/dev/sda1"; fsType = "ext4"; };
  boot.loader.grub.device = "/dev/sda";
  boot.initrd.availableKernelModules = [ "ahci" "xhci_pci" ];
  boot.kernelModules = [ "kvm-intel" ];
  swapDevices = [ { device = "/dev/sda2"; } ];
  nix.maxJobs = lib.mkDefault 4;
  networking.hostName = lib.mkDefault "unnamed";
  powerManagement.cpuFreqGovernor = lib.mkDefault "ondemand";
}
""",
    "services.nix": """
{ config, lib, pkgs, ... }: lib.mkMerge [
  {
    services.nginx = {
      enable = true;
      recommendedGzipSettings = lib.mkForce true;
      virtualHosts."a.example".locations."/".root = "/srv/a";
    };
    services.postgresql.enable = lib.mkDefault true;
  }
  (lib.mkIf config.services.postgresql.enable {
    services.postgresql.package = pkgs.postgresql_11;
    environment.systemPackages = lib.mkBefore [ pkgs.postgresql_11 ];
    networking.firewall.allowedTCPPorts = lib.mkAfter [ 5432 ];
  })
  (lib.mkIf (!config.services.nginx.enable) { networking.firewall.enable = false; })
  { networking.firewall.allowedUDPPorts = lib.mkMerge [ [ 53 ] (lib.mkIf false [ 54 ]) (lib.mkBefore [ 5 ]) ]; }
]
""",
    "users.nix": """
{ lib, pkgs, config, ... }: {
  users.mutableUsers = false;
  users.users.ann = { isNormalUser = true; extraGroups = [ "wheel" ]; shell = lib.mkForce pkgs.zsh; };
  users.users.bob = { isNormalUser = true; shell = pkgs.bashInteractive; uid = 1500; };
  users.groups.media.members = lib.mkIf config.services.nginx.enable [ "ann" "nginx" ];
  programs.zsh.enable = lib.mkIf (config.users.users ? ann) true;
}
""",
    "site.nix": """
{ lib, config, ... }: {
  services.openssh.permitRootLogin = lib.mkForce "prohibit-password";
  services.openssh.extraConfig = lib.mkMerge [ (lib.mkAfter "Banner none") (lib.mkBefore "# first") ];
  environment.etc."motd".text = lib.mkOverride 60 "hello";
  environment.variables = { EDITOR = "vi"; PAGER = lib.mkForce "cat"; };
  documentation.nixos.enable = lib.mkForce false;
  system.stateVersion = "20.09";
  services.xserver = lib.mkIf (config.networking.hostName == "desk") { enable = true; layout = "de"; };
  boot.kernel.sysctl = lib.mkMerge [ { "vm.swappiness" = 10; } (lib.mkIf true { "kernel.sysrq" = 1; }) ];
}
""",
}

SHOW = """
let show = depth: v:
  if builtins.isFunction v then "«function»"
  else if builtins.isAttrs v then
    if v.type or "" == "derivation" then "«${v.name}»"
    else if depth == 0 then "…" else builtins.mapAttrs (_: show (depth - 1)) v
  else if builtins.isList v then if depth == 0 then "…" else map (show (depth - 1)) v
  else if builtins.isPath v then toString v else v;
in v: builtins.toJSON (show 4 v)
"""
"""A value as JSON: derivations by their names, and not too deep."""

NAMES = """
let
  options = (import <nixpkgs/nixos> { configuration = ./configuration.nix; }).options;
  paths = set: builtins.concatLists (map (name:
    let v = set.${name}; in
    if name == "_module" || !builtins.isAttrs v then [ ]
    else if v._type or "" == "option" then [ v.loc ] else paths v) (builtins.attrNames set));
in paths options
"""

ASK = """
let
  options = (import <nixpkgs/nixos> {{ configuration = ./configuration.nix; }}).options;
  o = builtins.foldl' (set: name: set.${{name}}) options (builtins.fromJSON ''{loc}'');
  show = {show};
  values = if o ? definitionsWithLocations then map (d: d.value) o.definitionsWithLocations else o.definitions;
in {{ files = map toString o.files; values = map show values; priority = o.highestPrio; }}
"""


class Definitions(NamedTuple):
    """What is said of an option: (file, value as JSON) of each definition that counts, and the priority."""

    given: list[tuple[str, Any]]
    priority: int

    @property
    def is_default(self) -> bool:
        """Whether nothing but the option's default counts."""
        return self.priority >= 1500


class RealNix:
    """A Nix that evaluates in the folder of the modules."""

    def __init__(self, command: list[str], tree: Path, folder: Path) -> None:
        self.command = [*command, "--eval", "--strict", "--json", "-I", f"nixpkgs={tree}"]
        self.folder = folder

    def evaluate(self, text: str) -> Any:
        """The value of an expression; None where it fails."""
        file = self.folder / "question.nix"
        file.write_text(text)
        done = subprocess.run(
            [*self.command, str(file)], capture_output=True, text=True, timeout=300, check=False
        )
        return None if done.returncode else json.loads(done.stdout)

    def ask(self, loc: Sequence[str]) -> Definitions | None:
        """The definitions of an option, None where they cannot be evaluated."""
        found = self.evaluate(ASK.format(loc=json.dumps(list(loc)), show=SHOW))
        if found is None:
            return None
        values = [json.loads(value) for value in found["values"]]
        return Definitions(list(zip(found["files"], values, strict=True)), found["priority"])


class Ours:
    """The same system, recorded once; one question after the other."""

    def __init__(self, tree: Path, folder: Path) -> None:
        text = f"import <nixpkgs/nixos> {{ configuration = {folder}/configuration.nix; }}"
        self.program = Program(
            settings(tree),
            quiet(),
            lambda e: e.evaluate_source(Source("«string»", text, base="/")),
            ["«string»", str(folder / "configuration.nix")],
        )
        self.found: Examination = self.program.checked()
        self.show: Any = self.found.evaluator.evaluate_source(Source("«show»", SHOW, base="/"))

    def ask(self, loc: Sequence[str]) -> tuple[Definitions | None, list[Row]]:
        """The definitions that are kept, and all rows that are shown."""
        asked = Asked(self.program, self.found, ("config", *loc), 1)
        option = asked.option
        if option is None or option.loc != tuple(loc):
            return None, []
        kept = option.kept()
        given = [(part.file, json.loads(self.shown(part.value))) for part in kept]
        priority = min([part.priority for part in kept], default=9999)
        return Definitions(given, priority), rows(asked, option)

    def shown(self, value: Any) -> str:
        """A value as JSON."""
        evaluator = self.found.evaluator
        call, recorder = evaluator.base["call"], self.found.recorder
        answer: Any = evaluator.guard(lambda _: recorder.force(call(self.show, value)), None)
        return str(force(answer).text if hasattr(answer, "text") else answer)


def differences(real: Definitions, ours: Definitions | None) -> list[str]:
    """How they differ."""
    if ours is None:
        return ["no such option here"]
    found = []
    if real.priority != ours.priority:
        found.append(f"priority {real.priority}, here {ours.priority}")
    if [file for file, _ in real.given] != [file for file, _ in ours.given]:
        found.append(f"files {[file for file, _ in real.given]}, here {[file for file, _ in ours.given]}")
    elif real.given != ours.given:
        pairs = zip(real.given, ours.given, strict=True)
        found += [f"value {a[1]}, here {b[1]} ({a[0]})" for a, b in pairs if a != b]
    return found


def chosen(nix: RealNix, number: int, seed: int) -> Iterator[tuple[tuple[str, ...], Definitions]]:
    """Options at random; those that have only a default are at most half."""
    names = [tuple(loc) for loc in nix.evaluate(NAMES) or ()]
    if not names:
        raise RuntimeError("the options of the system cannot be listed")
    random.Random(seed).shuffle(names)
    plain = number // 2
    taken = 0
    for loc in names:
        if taken == number:
            return
        real = nix.ask(loc)
        if real is None or (real.is_default and not plain):
            continue
        plain -= real.is_default
        taken += 1
        yield loc, real


def run(tree: Path, number: int, seed: int, command: list[str]) -> dict[str, int]:
    """Compare; prints what differs, and gives how many did what."""
    counts = dict.fromkeys(("options", "agree", "definitions", "losers", "without a place", "more"), 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in MODULES.items():
            (folder / file).write_text(text)
        nix, here = RealNix(command, tree, folder), Ours(tree, folder)
        for loc, real in chosen(nix, number, seed):
            ours, all_rows = here.ask(loc)
            bad = differences(real, ours)
            lost = [row for row in all_rows if row.place is None]
            counts["options"] += 1
            counts["agree"] += not bad
            counts["more"] += not real.is_default
            counts["definitions"] += len(all_rows)
            counts["losers"] += sum(row.state != "kept" for row in all_rows)
            counts["without a place"] += len(lost)
            print(f"{'DIFFERS' if bad else 'agrees'}  {shown_path(loc)}  {len(all_rows)}", flush=True)
            for line in [*bad, *[f"no place: {row.state} {row.value} of {row.file}" for row in lost]]:
                print(f"    {line[:300]}", flush=True)
    return counts


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.explain.nixos", description=__doc__.split("\n")[0])
    parser.add_argument("--tree", type=Path, required=True, help="a nixpkgs")
    parser.add_argument("--number", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nix", default="nix-instantiate", help="a command of a real Nix")
    options = parser.parse_args()
    counts = run(options.tree, options.number, options.seed, shlex.split(options.nix))
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    return counts["agree"] != counts["options"]


if __name__ == "__main__":
    sys.exit(main())
