"""The Nix files that come along: those of every Nix, as `<nix/…>`, and a package set as `<nixpkgs>`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State

FETCHURL = """\
# <nix/fetchurl.nix>: a derivation that downloads one file, for bootstrapping a package set.
# The content is fixed by `hash` (an SRI hash) or by one of the older arguments.
{ url
, hash ? ""
, sha512 ? "", sha256 ? "", sha1 ? "", md5 ? ""
, outputHashAlgo ? null, outputHash ? null # null: whatever the arguments above say
, name ? baseNameOf (toString url)
, executable ? false
, unpack ? false
, impure ? false
, system ? "" # accepted and ignored, as ever
}:
let
  chosen =
    if hash != "" then { algorithm = ""; value = hash; }
    else if sha512 != "" then { algorithm = "sha512"; value = sha512; }
    else if sha1 != "" then { algorithm = "sha1"; value = sha1; }
    else if md5 != "" then { algorithm = "md5"; value = md5; }
    else { algorithm = "sha256"; value = sha256; };
in
derivation ({
  inherit name url executable unpack;
  urls = [ url ];
  builder = "builtin:fetchurl";
  system = "builtin";
  outputHashMode = if executable || unpack then "recursive" else "flat";
  preferLocalBuild = true;
  impureEnvVars = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];
} // (if impure then { __impure = true; } else {
  outputHashAlgo = if outputHashAlgo != null then outputHashAlgo else chosen.algorithm;
  outputHash = if outputHash != null then outputHash else chosen.value;
}))
"""
FILES: dict[str, str] = {"fetchurl.nix": FETCHURL}


def bundled_nixpkgs(state: State, name: str) -> str | None:
    """What `<nixpkgs>` or `<nixpkgs/…>` means to those who have no nixpkgs: a path in `stdlib/nixpkgs/`.

    None for other names, and wherever Nix would not look for one, so that its error is the answer and nothing
    depends on where nixlite is installed: in pure and restricted evaluation (flakes are pure), and where an
    *empty* `NIX_PATH` says that the user wants no lookup path.
    """
    if name != "nixpkgs" and not name.startswith("nixpkgs/"):
        return None
    host, settings = state.host, state.settings
    if settings.pure_eval or settings.restrict_eval:
        return None
    if host.has_env("NIX_PATH") and not host.get_env("NIX_PATH"):
        return None
    from nixlite.resources import stdlib_directory  # hardly ever needed

    found = host.real_path(f"{stdlib_directory()}/nixpkgs") + name.removeprefix("nixpkgs")
    return found if host.exists(found) else None
