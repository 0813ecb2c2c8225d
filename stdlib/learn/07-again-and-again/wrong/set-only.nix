# Sets work, again and again. But a function is not called: you put it over the arguments as if it were a set. Ask `builtins.isFunction`.
rec {
  makeOverridable =
    f: args:
    f args
    // {
      override = new: makeOverridable f (args // new);
    };
}
