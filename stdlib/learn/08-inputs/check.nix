answer: {
  "graphviz has its name" = {
    expr = answer.graphviz.name;
    expected = "graphviz";
  };
  "graphviz has gd and libpng" = {
    expr = answer.graphviz.inputs;
    expected = [
      "gd-2.3"
      "libpng-1.6"
    ];
  };
  "graphvizCore is another one" = {
    expr = answer.graphvizCore.name;
    expected = "graphviz-core";
  };
  "graphvizCore has the same inputs" = {
    expr = answer.graphvizCore.inputs;
    expected = [
      "gd-2.3"
      "libpng-1.6"
    ];
  };
  "the rest is as it was" = {
    expr = answer.zlib;
    expected = "zlib-1.3";
  };
}
