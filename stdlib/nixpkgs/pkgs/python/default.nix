# A Python, and the packages that are built for it: `python3.pkgs`, `python3.withPackages (ps: [ … ])`.
{
  lib,
  stdenv,
  fetchurl,
  newScope,
  symlinkJoin,
  bzip2,
  expat,
  zlib,
  version,
  hash,
  # A change to the packages of this Python, as an overlay.
  packageOverrides ? (final: prev: { }),
}:

let
  pythonVersion = lib.versions.majorMinor version;
  executable = "python${pythonVersion}";
  libPrefix = executable;

  python = stdenv.mkDerivation {
    pname = "python";
    inherit version;

    src = fetchurl {
      url = "https://www.python.org/ftp/python/${version}/Python-${version}.tar.xz";
      inherit hash;
    };

    buildInputs = [
      bzip2
      expat
      zlib
    ];

    configureFlags = [
      "--enable-shared"
      "--with-system-expat"
      "--without-ensurepip"
    ];

    enableParallelBuilding = true;

    passthru = {
      inherit
        executable
        libPrefix
        pythonVersion
        packageOverrides
        pkgs
        ;
      interpreter = "${python}/bin/${executable}";
      sitePackages = "lib/${libPrefix}/site-packages";
      isPy2 = lib.versions.major version == "2";
      isPy3 = lib.versions.major version == "3";
      isPy3k = lib.versions.major version == "3";
      isPy27 = pythonVersion == "2.7";
      isPy38 = pythonVersion == "3.8";
      pythonOlder = lib.versionOlder pythonVersion;
      pythonAtLeast = lib.versionAtLeast pythonVersion;

      # The Python with some of its packages: `python3.withPackages (ps: [ ps.numpy ])`.
      withPackages = choose: environment (choose pkgs);
      buildEnv = environment;
    };

    meta = {
      description = "A high-level language";
      homepage = "https://www.python.org/";
      license = lib.licenses.psfl;
      mainProgram = executable;
      platforms = lib.platforms.all;
    };
  };

  pkgs = (lib.makeScope newScope (import ./packages.nix { inherit python; })).overrideScope packageOverrides;

  environment =
    packages:
    symlinkJoin {
      name = "${python.name}-env";
      paths = [ python ] ++ packages;
      inherit (python) interpreter;
      postBuild = ''
        rm "$out/bin/${executable}"
        {
          echo "#! $SHELL"
          echo "PYTHONPATH=$out/${python.sitePackages} exec $interpreter \"\$@\""
        } > "$out/bin/${executable}"
        chmod +x "$out/bin/${executable}"
        ln -s ${executable} "$out/bin/python"
      '';
    };
in
python
