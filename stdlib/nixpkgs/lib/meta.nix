# Words for the `meta` of packages.
{
  licenses =
    builtins.mapAttrs
      (name: about: { free = true; shortName = name; } // about)
      {
        asl20.spdxId = "Apache-2.0";
        boost.spdxId = "BSL-1.0";
        bsd2.spdxId = "BSD-2-Clause";
        bsd3.spdxId = "BSD-3-Clause";
        curl.spdxId = "curl";
        epl10.spdxId = "EPL-1.0";
        free.fullName = "some free licence";
        ftl.spdxId = "FTL";
        gpl2Plus.spdxId = "GPL-2.0-or-later";
        gpl3Plus.spdxId = "GPL-3.0-or-later";
        ijg.spdxId = "IJG";
        lgpl3Plus.spdxId = "LGPL-3.0-or-later";
        libpng2.spdxId = "libpng-2.0";
        mit.spdxId = "MIT";
        mpl20.spdxId = "MPL-2.0";
        psfl.spdxId = "Python-2.0";
        unfree = { free = false; };
        zlib.spdxId = "Zlib";
      };

  platforms = rec {
    linux = [
      "aarch64-linux"
      "i686-linux"
      "x86_64-linux"
    ];
    darwin = [
      "aarch64-darwin"
      "x86_64-darwin"
    ];
    unix = linux ++ darwin;
    all = unix;
  };
}
