answer: {
  "add 2 3 is 5" = {
    expr = answer.add 2 3;
    expected = 5;
  };
  "hello has a name and a version" = {
    expr = answer.hello;
    expected = {
      name = "hello";
      version = "2.12";
    };
    attr = "hello";
  };
  "label of tree 2.1 is tree-2.1" = {
    expr = answer.label {
      name = "tree";
      version = "2.1";
    };
    expected = "tree-2.1";
  };
  "label hello is hello-2.12" = {
    expr = answer.label answer.hello;
    expected = "hello-2.12";
  };
}
