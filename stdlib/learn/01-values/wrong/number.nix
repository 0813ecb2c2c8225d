# A version is a string. `2.12` without quotes is a number, and a number is not put into a string by itself.
{
  add = a: b: a + b;
  label = p: "${p.name}-${p.version}";
  hello = {
    name = "hello";
    version = 2.12;
  };
}
