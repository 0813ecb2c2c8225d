# The contents of an archive. The hash is that of the unpacked files: archives that hosts make on demand are
# packed a little differently from one day to the next.
{
  lib,
  stdenvNoCC,
  curl,
  gnutar,
  gzip,
}:

let
  fixedOutput = import ./fixed-output.nix { inherit lib; };
in
lib.makeOverridable (
  args@{
    url ? builtins.head urls,
    urls ? [ url ],
    name ? "source",
    hash ? null,
    sha256 ? null,
    sha512 ? null,
    # Leave out the one directory at the top of the archive.
    stripRoot ? true,
    meta ? { },
    passthru ? { },
  }:
  stdenvNoCC.mkDerivation (
    {
      inherit
        name
        url
        urls
        stripRoot
        meta
        ;
      builder = ./fetchzip.sh;
      nativeBuildInputs = [
        curl
        gnutar
        gzip
      ];
      outputHashMode = "recursive";
      preferLocalBuild = true;
      impureEnvVars = [
        "http_proxy"
        "https_proxy"
        "ftp_proxy"
        "all_proxy"
        "no_proxy"
      ];
      passthru = passthru // {
        inherit url urls;
      };
    }
    // fixedOutput "fetchzip (${toString url})" args
  )
)
