# Write `makeOverridable` in the simplest way: the result of `f args`, with an attribute `override` that calls `f`
# again, with new arguments in place of old ones. That one need not be overridable again.
rec {
  makeOverridable = f: args: f args;

  add = { a, b }: { result = a + b; };
  three-and-five = makeOverridable add {
    a = 3;
    b = 5;
  };
}
