{
  add = a: b: a + b;
  label = package: "${package.name}-${package.version}";
  hello = {
    name = "hello";
    version = "2.12";
  };
}
