"""What is left to an installed Nix, which builds what a program reads: no other room runs its programs."""
