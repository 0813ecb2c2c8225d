{
  stdenv,
  gd,
  libpgn,
  withX ? true,
}:
stdenv.mkDerivation {
  name = "demo";
  buildInputs = [
    gd
    libpgn
  ];
}
