answer:
let
  old = (import <nixpkgs> { }).python3Packages.pytorch-lightning;
in
{
  "version is 0.9.0" = {
    expr = answer.version;
    expected = "0.9.0";
    attr = "version";
  };
  "name has it" = {
    expr = answer.name;
    expected = "python3.8-pytorch-lightning-0.9.0";
    attr = "name";
  };
  "src.rev is 0.9.0" = {
    expr = answer.src.rev;
    expected = "0.9.0";
    attr = "src.rev";
  };
  "src.url has it" = {
    expr = answer.src.url;
    expected = "https://github.com/PyTorchLightning/pytorch-lightning/archive/0.9.0.tar.gz";
    attr = "src.url";
  };
  "the hash is not that of the old source" = {
    expr = answer.src.outputHash != old.src.outputHash;
    expected = true;
  };
  "the rest is as it was" = {
    expr = map (x: x.name) answer.propagatedBuildInputs == map (x: x.name) old.propagatedBuildInputs;
    expected = true;
  };
}
