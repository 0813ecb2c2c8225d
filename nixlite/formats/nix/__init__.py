"""Values as Nix itself writes them; `deep` is what evaluates all that is to be written."""
