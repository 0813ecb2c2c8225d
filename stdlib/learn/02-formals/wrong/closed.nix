# A set with more in it is refused. You believe that a function ignores what it does not name; it does so only with `...`.
{
  greet =
    {
      name,
      greeting ? "Hello",
    }:
    "${greeting}, ${name}!";
}
