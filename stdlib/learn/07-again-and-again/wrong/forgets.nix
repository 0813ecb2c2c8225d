# The second override has lost the first one, or other arguments are missing: you go on with the new arguments alone. What is remembered has to be `args // new`.
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
        f (args // new) // { inherit (makeOverridable f new) override; };
    };
}
