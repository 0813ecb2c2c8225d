with import ./default.nix { };
mkDerivation { name = "shell"; buildInputs = [ hello2 ]; }
