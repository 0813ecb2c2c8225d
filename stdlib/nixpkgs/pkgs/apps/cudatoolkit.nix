# The one package here that is not free: `config.allowUnfree` has to be set, see stdenv/check-meta.nix.
{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "cudatoolkit";
  version = "11.8.0";

  src = fetchurl {
    url = "https://developer.download.nvidia.com/compute/cuda/${finalAttrs.version}/local_installers/cuda_${finalAttrs.version}_520.61.05_linux.run";
    hash = "sha256-kiPErzrr5Ke77Zq9mxY7A6GzS4VfvCtKDRtwasCaWhY=";
  };

  unpackPhase = "sh $src --extract=$PWD/unpacked";
  installPhase = "cp -r unpacked $out";
  dontStrip = true;

  meta = {
    description = "Computing on NVIDIA's graphics cards";
    homepage = "https://developer.nvidia.com/cuda-toolkit";
    license = lib.licenses.unfree;
    platforms = [ "x86_64-linux" ];
  };
})
