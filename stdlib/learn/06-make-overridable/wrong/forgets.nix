# `override` calls `f` with the new arguments only, so the others are missing. The old ones have to come along: `args // …`.
rec {
  makeOverridable =
    f: args:
    f args
    // {
      override = new: f new;
    };
}
