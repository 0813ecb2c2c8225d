# Write two functions and a set.
# `add` takes two numbers, one after the other, and gives their sum.
# `label` takes a set with `name` and `version` and gives "NAME-VERSION".
# `hello` is a set: its name is "hello", its version "2.12".
{
  add = null;
  label = null;
  hello = null;
}
