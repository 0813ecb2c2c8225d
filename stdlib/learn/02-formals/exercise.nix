# Write `greet`: it takes a set with `name` and perhaps `greeting`, and gives "GREETING, NAME!".
# Who says no greeting says "Hello". Whatever else is in the set does not matter.
{
  greet = null;
}
