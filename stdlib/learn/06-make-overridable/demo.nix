let
  makeOverridable =
    f: args:
    f args
    // {
      override = new: f (args // new);
    };
  add =
    { a, b }:
    {
      inherit a;
      result = a + b;
    };
  res = makeOverridable add {
    a = 3;
    b = 5;
  };
in
{
  overridden = res.override { a = 10; };
  pasted = res // {
    a = 10;
  };
}
