{
  stdenv,
  zlib,
  name ? "demo",
}:
stdenv.mkDerivation { inherit name zlib; }
