# Unpacks the bootstrap tools; their programs find their libraries by relative paths.
mkdir "$out"
tar -C "$out" -xJf "$tarball"
