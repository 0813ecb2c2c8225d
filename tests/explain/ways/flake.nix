{
  outputs = { self }: {
    legacyPackages.x86_64-linux = import ./default.nix { system = "x86_64-linux"; };
    packages.x86_64-linux.default = self.legacyPackages.x86_64-linux.hello;
    devShells.x86_64-linux.default = import ./shell.nix { set = self.legacyPackages.x86_64-linux; };
  };
}
