rec {
  makeOverridable =
    f: args:
    f args
    // {
      override = new: f (args // new);
    };

  add = { a, b }: { result = a + b; };
  three-and-five = makeOverridable add {
    a = 3;
    b = 5;
  };
}
