answer: {
  "the modules have the new hash" = {
    expr = answer.tool.modules.hash;
    expected = "new";
  };
  "the build uses them" = {
    expr = answer.tool.goModules;
    expected = "/modules/new";
  };
  "the tool's own vendorHash says the same" = {
    expr = answer.tool.vendorHash;
    expected = "new";
  };
  "it is still the tool" = {
    expr = answer.tool.name;
    expected = "tool-1";
  };
  "six runs no tests" = {
    expr = answer.six.doInstallCheck;
    expected = false;
  };
  "six is still six" = {
    expr = answer.six.pname;
    expected = "six";
  };
}
