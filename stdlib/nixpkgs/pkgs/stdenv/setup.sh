# The build of a package, in phases. A package replaces a phase with an attribute of its name (`buildPhase = "…"`),
# adds to it (`preBuild`, `postBuild`), or leaves it out (`dontBuild = true`).

set -eu
set -o pipefail
shopt -s nullglob

# Where things are found ------------------------------------------------------------------------------------

PATH=
for tool in $initialPath; do PATH="${PATH:+$PATH:}$tool/bin"; done
export PATH CPATH="" LIBRARY_PATH="" PKG_CONFIG_PATH="" CMAKE_PREFIX_PATH="" PYTHONPATH=""

declare -A seenInputs

# Make a dependency known to compiler and tools, and those that it brings with it.
addInput() {
  local input=$1 more
  [ -z "${seenInputs[$input]:-}" ] || return 0
  seenInputs[$input]=1

  [ ! -d "$input/bin" ] || PATH="$input/bin:$PATH"
  [ ! -d "$input/include" ] || CPATH="${CPATH:+$CPATH:}$input/include"
  [ ! -d "$input/lib" ] || LIBRARY_PATH="${LIBRARY_PATH:+$LIBRARY_PATH:}$input/lib"
  [ ! -d "$input/lib/pkgconfig" ] || PKG_CONFIG_PATH="${PKG_CONFIG_PATH:+$PKG_CONFIG_PATH:}$input/lib/pkgconfig"
  CMAKE_PREFIX_PATH="${CMAKE_PREFIX_PATH:+$CMAKE_PREFIX_PATH:}$input"
  for more in "$input"/lib/python*/site-packages; do PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}$more"; done

  if [ -f "$input/nix-support/propagated-build-inputs" ]; then
    for more in $(< "$input/nix-support/propagated-build-inputs"); do addInput "$more"; done
  fi
}

for input in ${defaultCC:-} ${nativeBuildInputs:-} ${propagatedNativeBuildInputs:-} ${buildInputs:-} ${propagatedBuildInputs:-}; do
  addInput "$input"
done

# Programs: in `bin` if there is such an output; headers and what one builds with: in `dev`.
: "${out:=}"
outputBin=${bin:-$out}
outputDev=${dev:-$out}
outputLib=${lib:-$out}
prefix=$out

# Phases ----------------------------------------------------------------------------------------------------

# Run what a package adds: a shell function or the text of an attribute.
runHook() {
  if declare -F "$1" > /dev/null; then "$1"; else eval "${!1:-}"; fi
}

unpackPhase() {
  runHook preUnpack
  local before after
  for source in ${srcs:-$src}; do
    if [ -d "$source" ]; then
      cp -r "$source" "$(basename "${source#*-}")"
    else
      tar xf "$source"
    fi
  done
  if [ -z "${sourceRoot:-}" ]; then
    for sourceRoot in */; do break; done
  fi
  chmod -R u+w "$sourceRoot"
  cd "$sourceRoot"
  runHook postUnpack
}

patchPhase() {
  runHook prePatch
  for file in ${patches:-}; do
    echo "applying patch $file"
    case $file in
      *.gz) gzip -d < "$file" | patch ${patchFlags:--p1} ;;
      *) patch ${patchFlags:--p1} < "$file" ;;
    esac
  done
  runHook postPatch
}

configurePhase() {
  runHook preConfigure
  if [ -f CMakeLists.txt ] && type -p cmake > /dev/null && [ -z "${dontUseCmakeConfigure:-}" ]; then
    mkdir -p build
    cd build
    cmake .. -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" ${cmakeFlags:-}
  elif [ -x "${configureScript:=./configure}" ]; then
    "$configureScript" --prefix="$prefix" ${configureFlags:-}
  fi
  runHook postConfigure
}

buildPhase() {
  runHook preBuild
  if [ -f Makefile ] || [ -f makefile ] || [ -f GNUmakefile ]; then
    make ${enableParallelBuilding:+-j"${NIX_BUILD_CORES:-1}"} ${makeFlags:-} ${buildFlags:-}
  fi
  runHook postBuild
}

checkPhase() {
  runHook preCheck
  make ${makeFlags:-} ${checkTarget:-check}
  runHook postCheck
}

installPhase() {
  runHook preInstall
  make ${makeFlags:-} ${installFlags:-} ${installTargets:-install}
  runHook postInstall
}

fixupPhase() {
  runHook preFixup
  if [ "$outputDev" != "$out" ]; then
    for part in include lib/pkgconfig lib/cmake share/aclocal; do
      if [ -e "$out/$part" ]; then mkdir -p "$outputDev/$(dirname $part)"; mv "$out/$part" "$outputDev/$part"; fi
    done
  fi
  if [ "$outputBin" != "$out" ] && [ -e "$out/bin" ]; then mkdir -p "$outputBin"; mv "$out/bin" "$outputBin/bin"; fi
  for output in ${outputs:-out}; do mkdir -p "${!output}"; done
  if [ -z "${dontStrip:-}" ]; then
    for output in ${outputs:-out}; do
      find "${!output}" -type f \( -name '*.so*' -o -perm -u+x \) -exec strip -S {} + 2> /dev/null || true
    done
  fi
  if [ -n "${propagatedBuildInputs:-}${propagatedNativeBuildInputs:-}" ]; then
    mkdir -p "$outputDev/nix-support"
    echo "$propagatedBuildInputs $propagatedNativeBuildInputs" > "$outputDev/nix-support/propagated-build-inputs"
  fi
  runHook postFixup
}

installCheckPhase() {
  runHook preInstallCheck
  make ${makeFlags:-} ${installCheckTarget:-installcheck}
  runHook postInstallCheck
}

# All of it -------------------------------------------------------------------------------------------------

genericBuild() {
  if [ -n "${buildCommand:-}" ]; then
    eval "$buildCommand"
    return
  fi
  local phase skip
  for phase in ${phases:-unpackPhase patchPhase configurePhase buildPhase checkPhase installPhase fixupPhase installCheckPhase}; do
    skip=dont$(echo "${phase:0:1}" | tr a-z A-Z)${phase:1:$((${#phase} - 6))}
    [ -z "${!skip:-}" ] || continue
    [ "$phase" != checkPhase ] || [ -n "${doCheck:-}" ] || continue
    [ "$phase" != installCheckPhase ] || [ -n "${doInstallCheck:-}" ] || continue
    echo "phase: $phase"
    # An attribute of the phase's name takes its place.
    if [ -n "${!phase:-}" ]; then eval "${!phase}"; else "$phase"; fi
  done
}
