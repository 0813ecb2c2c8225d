answer: {
  "old is as it was" = {
    expr = answer.old;
    expected = {
      version = "1";
      name = "tree-1";
    };
    attr = "old";
  };
  "newer has version 2" = {
    expr = answer.newer.version;
    expected = "2";
    attr = "newer.version";
  };
  "newer has it in its name" = {
    expr = answer.newer.name;
    expected = "tree-2";
    attr = "newer.name";
  };
  "make makes any version" = {
    expr = answer.make "9";
    expected = {
      version = "9";
      name = "tree-9";
    };
  };
}
