# Unpacks the bootstrap tools, an older kind of archive; their programs find their libraries by relative paths.
"$mkdir" "$out"
cd "$out"
"$bzip2" -d < "$tarball" | "$cpio" -i
