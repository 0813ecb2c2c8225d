answer:
let
  old = (import <nixpkgs> { }).python3Packages.pytorch-lightning;
in
{
  "the source has the new revision" = {
    expr = answer.src.rev;
    expected = "0.9.0";
    attr = "src.rev";
  };
  "the source has the new URL" = {
    expr = answer.src.url;
    expected = "https://github.com/PyTorchLightning/pytorch-lightning/archive/0.9.0.tar.gz";
    attr = "src.url";
  };
  "the source is not found under the old path" = {
    expr = answer.src.outPath == old.src.outPath;
    expected = false;
  };
  "the package uses this source" = {
    expr = answer.package.src.outPath == answer.src.outPath;
    expected = true;
  };
  "version and name are 0.9.0" = {
    expr = [
      answer.package.version
      answer.package.name
    ];
    expected = [
      "0.9.0"
      "python3.8-pytorch-lightning-0.9.0"
    ];
  };
}
