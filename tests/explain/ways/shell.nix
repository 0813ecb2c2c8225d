{ set ? import ./default.nix { } }:
set.mkDerivation {
  name = "shell";
  buildInputs = [ set.hello2 ];
  nativeBuildInputs = [ (set.hello.override { version = "5.0"; }) ];
}
