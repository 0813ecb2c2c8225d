# In `new // args` the old arguments win, and nothing ever changes. The right side counts.
rec {
  makeOverridable =
    f: args:
    f args
    // {
      override = new: f (new // args);
    };
}
