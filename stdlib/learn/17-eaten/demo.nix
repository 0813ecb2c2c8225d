(import ./go.nix).tool.overrideAttrs { vendorHash = "new"; }
