let
  makeOverridable =
    f: args:
    f args
    // {
      override = new: makeOverridable f (args // new);
    };
  add = { a, b }: { result = a + b; };
in
((makeOverridable add {
  a = 3;
  b = 5;
}).override
  { a = 10; }
).override
  { b = 20; }
