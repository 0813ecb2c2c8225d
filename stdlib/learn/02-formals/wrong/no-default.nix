# Who leaves `greeting` out gets an error: without a `?` every formal has to be given.
{
  greet = { name, greeting, ... }: "${greeting}, ${name}!";
}
