# `derivation`, in front of the builtin `derivationStrict`. Traces, `nix-instantiate --xml` and the REPL show
# places in this file as those of Nix's own «nix-internal»/derivation-internal.nix, so lines and columns count.

/**
  Describe a build: what is to be made, by which program, from which inputs.

  # Inputs

  One attribute set. `name`, `system` and `builder` are needed; `args`, `outputs` and the hash of a
  fixed output (`outputHash`, `outputHashAlgo`, `outputHashMode`) mean something to Nix; everything
  else reaches the builder as environment variables.

  # Output

  The same set with what Nix adds: `type = "derivation"`, `drvPath`, `outPath`, `outputName`,
  one attribute for each output, and `all`, the list of the outputs. `outPath` is a text that stands
  for the path of the first output; used in another derivation's attributes it makes that one depend
  on this one, because the string remembers in its context where it comes from.

  Nothing is computed before it is asked for. In particular

    * the attributes of the set can be read while `name` or `builder` is still an error;

    * `drvPath` and `outPath` need all attributes at once, through `derivationStrict`,
      and so does every use of the derivation in a string.

  Packages are mostly made with a function like `stdenv.mkDerivation`, which fills in a builder, a
  shell and the usual phases, and calls `derivation` at last. Use `derivation` itself to learn.
*/
drvAttrs@{
  outputs ? [ "out" ],
  ...
}:

let

  strict = derivationStrict drvAttrs;

  commonAttrs =
    drvAttrs
    // (builtins.listToAttrs outputsList)
    // {
      all = map (x: x.value) outputsList;
      inherit drvAttrs;
    };

  outputToAttrListElement = outputName: {
    name = outputName;
    value = commonAttrs // {
      outPath = builtins.getAttr outputName strict;
      drvPath = strict.drvPath;
      type = "derivation";
      inherit outputName;
    };
  };

  outputsList = map outputToAttrListElement outputs;

in
(builtins.head outputsList).value
