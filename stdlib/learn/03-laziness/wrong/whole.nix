# The whole of `mixed` fails, so not even its names can be read. Only the value of the attribute `bad` is to be a `throw`.
{
  pick =
    condition: a: b:
    if condition then a else b;
  firstOr = value: list: if list == [ ] then value else builtins.head list;
  mixed = throw "you asked for it";
}
