# Unpacks the bootstrap tools (with busybox), and tells their programs where they are now.
$builder mkdir "$out"
cd "$out"
$builder unxz < "$tarball" | $builder tar x

loader=$(echo "$out"/lib/ld-*.so.*)
patchelf=./patchelf
$builder cp bin/patchelf "$patchelf"

for program in bin/* libexec/gcc/*/*/*; do
  if [ -f "$program" ] && [ ! -L "$program" ]; then
    "$loader" "$patchelf" --set-interpreter "$loader" --set-rpath "$out/lib" "$program" || true
  fi
done
for library in lib/*.so*; do
  if [ -f "$library" ] && [ ! -L "$library" ] && [ "$library" != "lib/${loader##*/}" ]; then
    "$loader" "$patchelf" --set-rpath "$out/lib" --force-rpath "$library" || true
  fi
done

$builder rm "$patchelf"
[ -e bin/sh ] || $builder ln -s bash bin/sh
[ -e bin/cc ] || $builder ln -s gcc bin/cc
