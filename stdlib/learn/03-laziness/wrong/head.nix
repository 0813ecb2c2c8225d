# `head` of an empty list is an error. Ask first whether the list is empty: `list == [ ]`.
{
  pick =
    condition: a: b:
    if condition then a else b;
  firstOr = value: list: builtins.head list;
  mixed = {
    good = 1;
    bad = throw "you asked for it";
  };
}
