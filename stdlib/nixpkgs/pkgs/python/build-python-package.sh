# Builds a package of Python: from sources with its setup.py, or from a wheel, which only has to be unpacked.
source "$stdenv/setup"

site=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib", vars={"base": ""}))')
site=$out/${site#/}
mkdir -p "$site"
export PYTHONPATH=$site:$PYTHONPATH

if [ "$format" = wheel ]; then
  unpackPhase() { sourceRoot=$PWD; }
  buildPhase() { :; }
  installPhase() { python -m zipfile -e "$src" "$site"; }
else
  unpackZip() { python -m zipfile -e "$src" .; sourceRoot=$(echo */); chmod -R u+w "$sourceRoot"; cd "$sourceRoot"; }
  case $src in *.zip) unpackPhase() { unpackZip; } ;; esac
  buildPhase() { runHook preBuild; python setup.py build; runHook postBuild; }
  installPhase() {
    runHook preInstall
    python setup.py install --prefix="$out" --single-version-externally-managed --record installed-files
    runHook postInstall
  }
fi

installCheckPhase() {
  runHook preInstallCheck
  for module in ${pythonImportsCheck:-}; do python -c "import $module"; done
  runHook postInstallCheck
}

genericBuild
