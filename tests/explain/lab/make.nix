# As small as can be: packages with `override` and `overrideAttrs`, and a fetcher.
rec {
  # *recipe* is a set, or a function from the set as it is in the end.
  package =
    recipe:
    let
      attrs = recipe attrs;
    in
    attrs // { overrideAttrs = change: package (final: recipe final // change (recipe final)); };

  overridable =
    f: args: f args // { override = new: overridable f (args // new); };

  fetch =
    { rev, hash }:
    {
      inherit rev hash;
      url = "https://example.org/lightning/${rev}.tar.gz";
    };
}
