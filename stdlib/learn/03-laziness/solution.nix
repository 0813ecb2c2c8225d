{
  pick =
    condition: a: b:
    if condition then a else b;
  firstOr = value: list: if list == [ ] then value else builtins.head list;
  mixed = {
    good = 1;
    bad = throw "you asked for it";
  };
}
