# You read `greeting` out of `args`. A default is not put in there: `args` is just what the caller passed. Use the name itself.
{
  greet =
    args@{
      name,
      greeting ? "Hello",
      ...
    }:
    "${args.greeting}, ${name}!";
}
