set -e
unset PATH
for p in $baseInputs $buildInputs; do
  export PATH=$p/bin${PATH:+:}$PATH
done
tar -xf "$src"
cd */
./configure --prefix="$out"
make
make install
