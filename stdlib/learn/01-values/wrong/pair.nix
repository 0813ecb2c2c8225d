# `add` takes its numbers as one set here, and is called as `add 2 3`: one after the other. Write a colon after each.
{
  add = { a, b }: a + b;
  label = p: "${p.name}-${p.version}";
  hello = {
    name = "hello";
    version = "2.12";
  };
}
