{
  gd,
  libpng,
  withX ? true,
}:
{
  name = if withX then "graphviz" else "graphviz-core";
  inputs = [
    gd
    libpng
  ];
}
