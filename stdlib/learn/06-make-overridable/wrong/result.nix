# [M1] You put the new arguments over the *result*. So `a` is changed there, but `result` is what it was: nobody called `f` again.
rec {
  makeOverridable =
    f: args:
    f args
    // {
      override = new: f args // new;
    };
}
