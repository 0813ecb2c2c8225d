# What `override` gives has no `override`: it is made by `f`. Let `makeOverridable` make it.
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
        f (args // new);
    };
}
