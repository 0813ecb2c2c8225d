# Builds the wrapper of a compiler: scripts of the compiler's names that call it with `-B`, so that it finds its linker,
# and with the flags that a package has set.
source "$stdenv/setup"

mkdir -p "$out/bin"
for program in "$binutils"/bin/*; do ln -s "$program" "$out/bin/"; done

wrap() {
  cat > "$out/bin/$1" <<SCRIPT
#! $SHELL
exec $cc/bin/$2 -B$binutils/bin/ \$NIX_CFLAGS_COMPILE "\$@" \$NIX_LDFLAGS
SCRIPT
  chmod +x "$out/bin/$1"
}

for name in gcc cc; do wrap "$name" gcc; done
for name in g++ c++; do wrap "$name" g++; done
wrap cpp cpp
