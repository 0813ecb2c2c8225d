answer:
let
  pkgs = import <nixpkgs> { };
  names = map (x: x.pname or "");
in
{
  "one: its name is hello-2.99" = {
    expr = answer.one.name;
    expected = "hello-2.99";
  };
  "one: it is built as that" = {
    expr = answer.one.drvPath == pkgs.hello.drvPath;
    expected = false;
  };
  "two: zlib is an input" = {
    expr = builtins.elem "zlib" (names answer.two.buildInputs);
    expected = true;
  };
  "two: the other inputs are still there" = {
    expr = builtins.all (x: builtins.elem x (names answer.two.buildInputs)) (
      names pkgs.graphviz.buildInputs
    );
    expected = true;
  };
  "three: version and name" = {
    expr = [
      answer.three.version
      answer.three.name
    ];
    expected = [
      "9.0"
      "curl-9.0"
    ];
  };
  "three: the url has the new version" = {
    expr = builtins.match ".*9[._]0.*" answer.three.src.url != null;
    expected = true;
  };
  "three: the hash is not that of the old source" = {
    expr = answer.three.src.outputHash == pkgs.curl.src.outputHash;
    expected = false;
  };
  "four: no tests" = {
    expr = answer.four.doInstallCheck;
    expected = false;
  };
  "five: gd does not use fontconfig" = {
    expr = builtins.elem "fontconfig" (names answer.five.gd.buildInputs);
    expected = false;
  };
  "five: graphviz uses that gd" = {
    expr = builtins.elem answer.five.gd.dev.outPath (map (x: x.outPath) answer.five.graphviz.buildInputs);
    expected = true;
  };
}
