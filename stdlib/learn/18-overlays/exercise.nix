# Write an overlay after which
# - everybody uses a gd without fontconfig,
# - there is `drawing`, a list of the set's graphviz and gd,
# - libpng has the flag "--small" after its configureFlags (it may have none).
{
  overlay = final: prev: { };
}
