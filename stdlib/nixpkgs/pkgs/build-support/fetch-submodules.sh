# Clones a revision of a repository with its submodules, and leaves git's own files out: they are never twice the same.
source "$stdenv/setup"

git init -q "$out"
cd "$out"
git fetch --depth 1 "$url" "$rev"
git checkout -q FETCH_HEAD
git submodule update --init --recursive --depth 1
find . -name .git -prune -exec rm -rf {} +
