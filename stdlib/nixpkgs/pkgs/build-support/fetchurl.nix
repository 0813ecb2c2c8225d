# A file from a URL. Nix itself downloads it: `builtin:fetchurl` needs no program, so that even the first package can
# have a source.
{ lib }:

let
  mirrors = import ./mirrors.nix;
  fixedOutput = import ./fixed-output.nix { inherit lib; };

  # mirror://gnu/hello/hello-1.tar.gz → https://ftp.gnu.org/gnu/hello/hello-1.tar.gz
  resolve =
    url:
    let
      parts = builtins.match "mirror://([^/]+)/(.*)" url;
      mirror = builtins.head parts;
    in
    if parts == null then
      url
    else
      mirrors.${mirror} or (throw "fetchurl: unknown mirror ‘${mirror}’ in ${url}") + lib.last parts;

  toBuild =
    attrs:
    attrs
    // {
      url = resolve attrs.url;
      urls = map resolve attrs.urls;
      builder = "builtin:fetchurl";
      system = "builtin";
      preferLocalBuild = true;
      # The download goes the way that the user's other downloads go.
      impureEnvVars = [
        "http_proxy"
        "https_proxy"
        "ftp_proxy"
        "all_proxy"
        "no_proxy"
      ];
    };
in
lib.makeOverridable (
  args@{
    url ? builtins.head urls,
    urls ? [ url ],
    name ? baseNameOf (toString url),
    hash ? null,
    sha256 ? null,
    sha512 ? null,
    # Make the file executable.
    executable ? false,
    meta ? { },
    passthru ? { },
  }:
  lib.mkDerivationWith { inherit toBuild; } (
    {
      inherit
        name
        url
        urls
        executable
        meta
        ;
      unpack = false;
      outputHashMode = if executable then "recursive" else "flat";
      passthru = passthru // {
        inherit url urls;
      };
    }
    // fixedOutput "fetchurl (${toString url})" args
  )
)
