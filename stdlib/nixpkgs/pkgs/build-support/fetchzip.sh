# Downloads an archive from the first URL that has it, and unpacks it.
source "$stdenv/setup"

archive=$PWD/archive
for candidate in $urls; do
  if curl --fail --location --insecure --retry 3 --output "$archive" "$candidate"; then break; fi
  rm -f "$archive"
done
[ -e "$archive" ] || { echo "cannot download any of: $urls" >&2; exit 1; }

mkdir -p "$out"
tar xf "$archive" -C "$out" ${stripRoot:+--strip-components=1}
