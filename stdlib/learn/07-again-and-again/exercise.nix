# Write `makeOverridable` so that its results can be overridden again and again.
# `override` also takes a function from the arguments so far to the new ones. (`builtins.isFunction x` tells.)
rec {
  makeOverridable =
    f: args:
    f args
    // {
      override = new: f (args // new);
    };
}
