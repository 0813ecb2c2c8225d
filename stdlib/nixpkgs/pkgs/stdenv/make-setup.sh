# Builds a standard environment: setup.sh, with this environment's shell, tools and compiler written into it.
for tool in $initialPath; do PATH="$PATH:$tool/bin"; done
export PATH

mkdir -p "$out"
{
  echo "export SHELL=$shell"
  echo "initialPath=\"$initialPath\""
  echo "defaultCC=$cc"
  cat "$setup"
} > "$out/setup"
