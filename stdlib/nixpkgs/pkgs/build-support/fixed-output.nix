# How a derivation says which bytes it will give: from the hash arguments of a fetcher to what `derivation`
# wants.
#
# Nix finds the output path from the name and the hash alone. So two fetchers with the same name and hash are the
# same source, even if their URLs differ; and a new URL with the old hash is the *old* source, as long as that is in
# the store.
{ lib }:

what: args:

if args.hash or null != null then
  # An SRI hash names its algorithm. An empty one stands for a hash that is yet to be found out.
  { outputHash = args.hash; } // lib.optionalAttrs (args.hash == "") { outputHashAlgo = "sha256"; }
else if args.sha512 or null != null then
  {
    outputHashAlgo = "sha512";
    outputHash = args.sha512;
  }
else if args.sha256 or null != null then
  {
    outputHashAlgo = "sha256";
    outputHash = args.sha256;
  }
else
  throw "${what} requires a hash. Set `hash = lib.fakeHash`, and Nix will tell the right one."
