{
  greet =
    {
      name,
      greeting ? "Hello",
      ...
    }:
    "${greeting}, ${name}!";
}
