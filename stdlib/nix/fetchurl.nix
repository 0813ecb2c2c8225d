# <nix/fetchurl.nix>: a derivation that downloads one file, for bootstrapping a package set.
# The content is fixed by `hash` (an SRI hash) or by one of the older arguments.
{ url
, hash ? ""
, sha512 ? "", sha256 ? "", sha1 ? "", md5 ? ""
, outputHashAlgo ? null, outputHash ? null # null: whatever the arguments above say
, name ? baseNameOf (toString url)
, executable ? false
, unpack ? false
, impure ? false
, system ? "" # accepted and ignored, as ever
}:
let
  chosen =
    if hash != "" then { algorithm = ""; value = hash; }
    else if sha512 != "" then { algorithm = "sha512"; value = sha512; }
    else if sha1 != "" then { algorithm = "sha1"; value = sha1; }
    else if md5 != "" then { algorithm = "md5"; value = md5; }
    else { algorithm = "sha256"; value = sha256; };
in
derivation ({
  inherit name url executable unpack;
  urls = [ url ];
  builder = "builtin:fetchurl";
  system = "builtin";
  outputHashMode = if executable || unpack then "recursive" else "flat";
  preferLocalBuild = true;
  impureEnvVars = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];
} // (if impure then { __impure = true; } else {
  outputHashAlgo = if outputHashAlgo != null then outputHashAlgo else chosen.algorithm;
  outputHash = if outputHash != null then outputHash else chosen.value;
}))
