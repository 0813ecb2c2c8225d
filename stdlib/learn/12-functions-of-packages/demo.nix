with import <nixpkgs> { };
debugVersion (applyPatches [ ./b.patch ] (applyPatches [ ./a.patch ] graphviz))
