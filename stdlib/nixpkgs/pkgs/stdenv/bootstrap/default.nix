# The tools with which everything begins: a shell, a compiler, make, tar … They cannot be built, as there is
# nothing yet to build them with, so they are downloaded; a `builtin:` builder needs no program. These are the very
# files that nixpkgs begins with.
{ lib, system }:

let
  fetch =
    args:
    import <nix/fetchurl.nix> (
      args // { url = "http://tarballs.nixos.org/${args.url}"; }
    );

  linux =
    { directory, tools, busybox }:
    {
      builder = fetch {
        url = "stdenv/${directory}/busybox";
        hash = busybox;
        executable = true;
      };
      args = [
        "ash"
        "-e"
        ./unpack-linux.sh
      ];
      tarball = fetch {
        url = "stdenv/${directory}/bootstrap-tools.tar.xz";
        hash = tools;
      };
    };

  systems = {
    x86_64-linux = linux {
      directory = "x86_64-unknown-linux-gnu/82b583ba2ba2e5706b35dbe23f31362e62be2a9d";
      tools = "sha256-YQlr088HPoVWBU2jpPhpIMyOyoEDZYDw1y60SGGbUM0=";
      busybox = "sha256-QrTEnQTBM1Y/qV9odq8irZkQSD9uOMbs2Q5NgCvKCNQ=";
    };

    i686-linux = linux {
      directory = "i686-unknown-linux-gnu/125cefd4cf8f857e5ff1aceaef9230ba578a033d";
      tools = "sha256-KTAh3t91aJMiMO/7NFOjUz6fXI9Iu+H7cuODreWz9N8=";
      busybox = "sha256-omz+ZT0bhMkAZcDs9evA2PNpO6VHUozdtjMgdui6fxw=";
    };

    aarch64-linux = linux {
      directory = "aarch64-unknown-linux-gnu/8c29968b3a942f2903f90797f9623737c215737c";
      tools = "sha256-neWJx+ZfLT906YYb9RrBYPtziJCSNiLgnME/euj9ktQ=";
      busybox = "sha256-XOLFsCxNAdKh3Ni6ixNn9MlKOzIR0cRCb0naImymdsk=";
    };

    x86_64-darwin =
      let
        directory = "stdenv/x86_64-apple-darwin/d8657587c0c1ce2191b4b489299c386b5b7148c6";
        unpack = fetch {
          url = "${directory}/unpack.nar.xz";
          hash = "sha256-vgfZGKo6I565ORLZ/AGKh6SUpgLhgaanFuhYk897+zw=";
          name = "unpack";
          unpack = true;
        };
      in
      {
        builder = "${unpack}/bin/bash";
        args = [
          "-e"
          ./unpack-darwin.sh
        ];
        PATH = "${unpack}/bin";
        tarball = fetch {
          url = "${directory}/bootstrap-tools.tar.xz";
          hash = "sha256-gtkeaUaV8ZXY8JxEkyd7ZeB75MESpsBPjaux0B2c0lE=";
        };
      };

    aarch64-darwin =
      let
        directory = "stdenv-darwin/aarch64/20acd4c4f14040485f40e55c0a76c186aa8ca4f3";
        program =
          name: sha256:
          fetch {
            url = "${directory}/${name}";
            executable = true;
            inherit sha256;
          };
      in
      {
        builder = program "sh" "17m3xrlbl99j3vm7rzz3ghb47094dyddrbvs2a6jalczvmx7spnj";
        args = [
          "-e"
          ./unpack-darwin-cpio.sh
        ];
        bzip2 = program "bzip2" "1khs8s5klf76plhlvlc1ma838r8pc1qigk9f5bdycwgbn0nx240q";
        cpio = program "cpio" "17pxq61yjjvyd738fy9f392hc9cfzkl612sdr9rxr3v0dgvm8y09";
        mkdir = program "mkdir" "1m9nk90paazl93v43myv2ay68c1arz39pqr7lk5ddbgb177hgg8a";
        tarball = fetch {
          url = "${directory}/bootstrap-tools.cpio.bz2";
          sha256 = "1v2332k33akm6mrm4bj749rxnnmc2pkbgcslmd0bbkf76bz2ildy";
        };
      };
  };
in
derivation (
  {
    name = "bootstrap-tools";
    inherit system;
  }
  // systems.${system} or (throw "The mini package set has no bootstrap tools for ‘${system}’. It knows ${
    lib.concatStringsSep ", " (lib.attrNames systems)
  }.")
)
