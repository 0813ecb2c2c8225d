rec {
  makeOverridable =
    f: args:
    f args
    // {
      override =
        change:
        let
          new = if builtins.isFunction change then change args else change;
        in
        makeOverridable f (args // new);
    };
}
