# Functions that make packages: sources from elsewhere, and small packages from a line or two of script.
{ lib, pkgs }:

let
  inherit (pkgs) callPackage stdenv stdenvNoCC;
in
rec {
  # Sources. Their hash decides what they are, whatever the URL says.
  fetchurl = import ./fetchurl.nix { inherit lib; };
  fetchzip = callPackage ./fetchzip.nix { };
  fetchFromGitHub = callPackage ./fetch-from-github.nix { };
  fetchFromGitLab = callPackage ./fetch-from-gitlab.nix { };
  fetchPypi = callPackage ./fetch-pypi.nix { };
  fetchpatch = args: pkgs.fetchurl args;

  /** A derivation that runs *command*, which is to make `$out`: `runCommand name env command`. */
  runCommand =
    name: env: command:
    stdenvNoCC.mkDerivation ({ inherit name; } // env // { buildCommand = command; });

  /** `runCommand`, with a compiler at hand. */
  runCommandCC =
    name: env: command:
    stdenv.mkDerivation ({ inherit name; } // env // { buildCommand = command; });

  /** `runCommand` for what takes less time to build than to download. */
  runCommandLocal =
    name: env:
    runCommand name (env // { preferLocalBuild = true; allowSubstitutes = false; });

  /**
    A file with the given text: at `$out`, or at `$out/DESTINATION`.
  */
  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      meta ? { },
    }:
    runCommandLocal name {
      inherit
        text
        executable
        destination
        meta
        ;
      passAsFile = [ "text" ];
    } ''
      target=$out$destination
      mkdir -p "$(dirname "$target")"
      cp "$textPath" "$target"
      if [ -n "$executable" ]; then chmod +x "$target"; fi
    '';

  /** `writeText "motd" "Hello"`: a file with that text. */
  writeText = name: text: writeTextFile { inherit name text; };

  /** `writeScript name text`: an executable file; the text begins with its own `#!` line. */
  writeScript =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
    };

  /** An executable shell script. */
  writeShellScript = name: text: writeScript name "#! ${stdenv.shell}\n${text}\n";

  /** A package with one program, a shell script: `bin/NAME`. */
  writeShellScriptBin =
    name: text:
    writeTextFile {
      inherit name;
      text = "#! ${stdenv.shell}\n${text}\n";
      executable = true;
      destination = "/bin/${name}";
      meta.mainProgram = name;
    };

  /** One directory with links to all that is in the packages *paths*. */
  symlinkJoin =
    args@{
      name,
      paths,
      postBuild ? "",
      ...
    }:
    runCommandLocal name (removeAttrs args [ "name" "postBuild" ]) ''
      mkdir -p "$out"
      for path in $paths; do cp -rs --no-preserve=mode "$path/." "$out/"; done
      ${postBuild}
    '';

  /**
    An environment to work in, for `nix-shell`: with *packages*, and with what is needed to build those of
    *inputsFrom*.
  */
  mkShell =
    args@{
      name ? "nix-shell",
      packages ? [ ],
      inputsFrom ? [ ],
      shellHook ? "",
      ...
    }:
    let
      # What the packages of inputsFrom are built with, without those packages themselves.
      all =
        kind:
        args.${kind} or [ ]
        ++ builtins.filter (input: !builtins.elem input inputsFrom) (
          builtins.concatMap (pkg: pkg.${kind} or [ ]) inputsFrom
        );
    in
    stdenv.mkDerivation (
      removeAttrs args [
        "packages"
        "inputsFrom"
      ]
      // {
        inherit name shellHook;
        nativeBuildInputs = packages ++ all "nativeBuildInputs";
        buildInputs = all "buildInputs";
        propagatedBuildInputs = all "propagatedBuildInputs";
        propagatedNativeBuildInputs = all "propagatedNativeBuildInputs";
        phases = [ "buildPhase" ];
        buildPhase = ''export > "$out"'';
        preferLocalBuild = true;
      }
    );
}
