# You wrote the words into the string, and the string keeps them as they are. What should be replaced stands in `${…}`.
{
  add = a: b: a + b;
  label = p: "p.name-p.version";
  hello = {
    name = "hello";
    version = "2.12";
  };
}
